import { compile } from "@engine/compiler";
import {
  type Architecture,
  capture,
  type Device,
  elements,
  gather,
  type Program,
  roundTo,
  type Shape,
  type Step,
  type Tensor,
  type Weights,
} from "@engine/core";
import { Runner, type Work } from "@engine/runtime";
import {
  decoded,
  type EncodedWeight,
  type MemoryWeight,
  memorySource,
  memoryWeight,
} from "./memory-source.ts";
import type { CaseInput, OpCase } from "./op-case.ts";
import { randomValues, type ValueRange } from "./random.ts";

/**
 * Which rows of the op are asked for. "tokens": all, as the op itself runs. "rows": some of each step's, which
 * moves the choice in front of the op; and then none, which must run too.
 */
export type WantedRows = "tokens" | "rows";

export interface CaseRun {
  /** The asked rows in order of their token ids; elements of the others are absent. */
  readonly values: Float32Array;
  /** Token ids of the asked rows, ascending; undefined when the op has no rows. */
  readonly ids: readonly number[] | undefined;
  readonly program: Program;
}

const BLOCKS = 24;

/** Compiles the case for the device and runs its steps. */
export async function runCase(one: OpCase, device: Device, which: WantedRows): Promise<CaseRun> {
  const source = memorySource(storedInputs(one));
  const graph = capture(asArchitecture(one, which), undefined, source, { taps: ["y"] });
  const schedule = one.schedule ?? [[{ sequence: 0, rows: one.tokens }]];
  const options = {
    maxTokens: one.tokens,
    maxRows: one.tokens,
    maxSequences: 8,
    kv: one.kv ?? "f32",
    activations: one.activations,
  } as const;
  const program = compile(graph, source, device, options);
  const groups = new Set(program.caches.map(({ group }) => group)).size;
  const size = {
    blockTokens: one.blockTokens ?? 16,
    blocks: new Array<number>(groups).fill(BLOCKS),
    slots: 2 * BLOCKS,
  };
  const weights = await device.weights(source, program.weights, "auto");
  const state = await device.state(program, size);
  const plan = await device.plan(program, weights, state);
  try {
    const runner = new Runner(program, plan, size);
    const shape = program.outputs.y!;
    const hasRows = typeof shape[0] === "string";
    const width = elements((hasRows ? shape.slice(1) : shape) as number[]);
    const rows = new Map<number, Float32Array>();
    let whole = new Float32Array(width);
    const pass = async (choose: (sequence: number) => Work["wanted"]): Promise<void> => {
      const firsts = firstIds(schedule);
      const sequences = firsts.map(() => runner.sequence());
      for (const turns of schedule) {
        const asked: number[] = [];
        const work = turns.map(({ sequence: index, rows: count }): Work => {
          const sequence = sequences[index]!;
          const ids = Array.from({ length: count }, (_, i) => firsts[index]! + sequence.length + i);
          const wanted = choose(index);
          asked.push(...(which === "tokens" ? ids : wanted === "last" ? ids.slice(-1) : []));
          const embeddings = one.given?.filter((given) => given.sequence === index) ?? [];
          return { sequence, tokens: ids, promptLength: one.tokens, wanted, embeddings };
        });
        const y = new Float32Array((hasRows ? asked.length : 1) * width).fill(Number.NaN);
        await runner.run(work, { tensors: { y } });
        for (const [row, id] of asked.entries()) rows.set(id, y.subarray(row * width, (row + 1) * width));
        whole = y;
      }
      for (const sequence of sequences) sequence.clear();
    };
    // The last row of every other sequence, so that chosen rows and all rows differ.
    await pass((sequence) => (which === "rows" && sequence % 2 === 0 ? "last" : "none"));
    if (which === "rows") await pass(() => "none");
    if (!hasRows) return { values: whole, ids: undefined, program };
    const ids = [...rows.keys()].sort((a, b) => a - b);
    return { values: Float32Array.from(ids.flatMap((id) => [...rows.get(id)!])), ids, program };
  } finally {
    await plan.dispose();
    await state.dispose();
    await weights.dispose();
  }
}

/** Values of the case's inputs as their storage types hold them. */
export function inputValues(one: OpCase): Float32Array[] {
  return one.inputs.map((input, i) => values(one, input, i));
}

/** The id of the first token of each sequence. */
function firstIds(schedule: NonNullable<OpCase["schedule"]>): number[] {
  const lengths: number[] = [];
  for (const { sequence, rows } of schedule.flat()) lengths[sequence] = (lengths[sequence] ?? 0) + rows;
  return lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0));
}

/** The case as a model: rows are gathered from tables by token id, the op's result is tapped. */
function asArchitecture(one: OpCase, which: WantedRows): Architecture<undefined> {
  return {
    api: 1,
    name: one.name,
    modelTypes: [],
    parse: () => undefined,
    context: () => undefined,
    forward(step: Step, weights: Weights) {
      const inputs = one.inputs.map((input, i): Tensor => {
        const stored = weights.get(`input${i}`);
        if (input.shape[0] !== "tokens") return stored;
        const rows = gather(stored, step.tokens);
        return input.shape.length === 2 ? rows : rows.reshape(input.shape);
      });
      const y = one.build(inputs, step);
      step.tap("y", which === "tokens" || y.shape[0] !== "tokens" ? y : step.wanted(y));
      return step.wanted(gather(weights.get("logits"), step.tokens));
    },
  };
}

function storedInputs(one: OpCase): Record<string, MemoryWeight | EncodedWeight> {
  const table = memoryWeight("f32", [one.tokens, 2], randomValues("logits", one.tokens * 2));
  const stored: Record<string, MemoryWeight | EncodedWeight> = { logits: table };
  one.inputs.forEach((input, i) => {
    if (input.encoded) {
      stored[`input${i}`] = input.encoded;
      return;
    }
    stored[`input${i}`] = memoryWeight(
      input.type ?? "f32",
      storedShape(input, one.tokens),
      values(one, input, i),
    );
  });
  return stored;
}

function values(one: OpCase, input: CaseInput, index: number): Float32Array {
  if (input.encoded) return decoded(input.encoded);
  const count = elements(storedShape(input, one.tokens));
  const given = input.values instanceof Float32Array ? input.values : undefined;
  const drawn = given ?? randomValues(`${one.name} ${index}`, count, input.values as ValueRange | undefined);
  return drawn.map((value) => roundTo(input.type ?? "f32", value));
}

/** Rows over "tokens" are stored as a table, one row for each token. */
function storedShape({ shape }: CaseInput, tokens: number): number[] {
  const rest = (shape: Shape): number[] => shape as number[];
  return shape[0] === "tokens" ? [tokens, elements(rest(shape.slice(1)))] : rest(shape);
}
