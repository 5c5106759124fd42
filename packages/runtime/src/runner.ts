import {
  EngineError,
  type Plan,
  type Program,
  SEQUENCE,
  type Select,
  type StateSize,
  type StateStore,
  type StepInput,
  type StepOutput,
  type Watch,
} from "@engine/core";
import { BlockPool } from "./block-pool.ts";
import { givenRows, type PlacedEmbeddings } from "./given-embeddings.ts";
import { type BlockKeys, Sequence } from "./sequence.ts";

/** What one sequence does in a step. */
export interface Work {
  readonly sequence: Sequence;
  readonly tokens: readonly number[];
  /** Length of the whole prompt with its history while the rows are prompt text; absent for generated rows. */
  readonly promptLength?: number;
  /** [tokens] extents of the rows, where they are not what `promptLength` and the sequence tell. */
  readonly extents?: readonly number[];
  /** Makes full blocks findable for other texts. */
  readonly keys?: BlockKeys;
  /** Which of the rows want an output: none, the last, or all. */
  readonly wanted: "none" | "last" | "all";
  /** Given embeddings of the whole text; the step takes those of its rows. */
  readonly embeddings?: readonly PlacedEmbeddings[];
}

/** Turns the sequences' next tokens into one step of the plan, and keeps the books of their blocks. */
export class Runner {
  readonly #pools: readonly BlockPool[];
  readonly #slots: BlockPool | undefined;

  constructor(
    readonly program: Program,
    readonly plan: Plan,
    readonly size: StateSize,
    /** `state` copies blocks that forked texts share; `pools` are those of another program over the same state. */
    private readonly shared: {
      readonly state?: Pick<StateStore, "copy">;
      readonly pools?: readonly BlockPool[];
    } = {},
  ) {
    const { pools } = shared;
    const groups = size.blocks.length;
    this.#pools = pools?.slice(0, groups) ?? size.blocks.map((blocks) => new BlockPool(blocks));
    const { slots = 0 } = size;
    if (program.states.length > 0)
      this.#slots = pools?.[groups] ?? new BlockPool(slots, "slots of recurrent state");
  }

  sequence(): Sequence {
    return new Sequence(this.#pools, this.program.caches, this.size.blockTokens, this.#slots);
  }

  /** Blocks of each cache group that can be taken now. */
  get freeBlocks(): readonly number[] {
    return this.#pools.map((pool) => pool.free);
  }

  /** The pools of the cache groups, then that of the slots of recurrent state where there are any. */
  get pools(): readonly BlockPool[] {
    return this.#slots ? [...this.#pools, this.#slots] : this.#pools;
  }

  /**
   * Runs one step. The sequences advance when it succeeds and are as before when it fails or is aborted.
   * `select` has a row for each wanted row, in the order of the work.
   */
  async run(
    work: readonly Work[],
    out: StepOutput,
    options: Watch & { readonly select?: Select } = {},
  ): Promise<void> {
    const moves = work.flatMap(({ sequence, tokens }) => sequence.reserve(tokens.length));
    if (moves.length > 0) await this.#copy(moves);
    const step = stepInput(work, this.#pools.length);
    await this.plan.run(options.select ? { ...step, select: options.select } : step, out, options);
    for (const { sequence, tokens, keys } of work) sequence.advance(tokens.length, keys);
  }

  async #copy(moves: readonly number[]): Promise<void> {
    const { state } = this.shared;
    if (!state) {
      throw new EngineError(
        "bad-option",
        "A forked sequence goes on, but the Runner was made without the state it would copy a block in.",
      );
    }
    await state.copy(Int32Array.from(moves));
  }
}

function stepInput(work: readonly Work[], groups: number): StepInput {
  const total = work.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const tokens = new Int32Array(total);
  const positions = new Int32Array(total);
  const extents = new Int32Array(total);
  const sequences = new Int32Array(work.length * SEQUENCE.stride).fill(-1);
  const wanted: number[] = [];
  let row = 0;
  work.forEach(({ sequence, tokens: ids, promptLength, extents: known, wanted: which }, index) => {
    if (ids.length === 0)
      throw new EngineError("bad-option", "A sequence takes part in a step with no tokens.");
    const record = sequences.subarray(index * SEQUENCE.stride);
    record[SEQUENCE.firstRow] = row;
    record[SEQUENCE.rows] = ids.length;
    record[SEQUENCE.cached] = sequence.length;
    record[SEQUENCE.slotRead] = sequence.slot;
    record[SEQUENCE.slotWritten] = sequence.nextSlot;
    record[SEQUENCE.prompt] = promptLength === undefined ? 0 : 1;
    for (let i = 0; i < ids.length; i++, row++) {
      const position = sequence.length + i;
      tokens[row] = ids[i]!;
      positions[row] = position;
      extents[row] = known?.[i] ?? promptLength ?? Math.max(sequence.longest, position + 1);
      if (which === "all" || (which === "last" && i === ids.length - 1)) wanted.push(row);
    }
  });
  const tables = Array.from({ length: groups }, (_, group) => {
    const width = Math.max(...work.map(({ sequence }) => sequence.tables[group]!.length));
    const table = new Int32Array(work.length * width).fill(-1);
    work.forEach(({ sequence }, index) => {
      table.set(sequence.tables[group]!, index * width);
    });
    return table;
  });
  return {
    tokens,
    positions,
    extents,
    sequences,
    tables,
    wanted: Int32Array.from(wanted),
    ...givenRows(work),
  };
}
