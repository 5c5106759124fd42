import {
  type CacheRows,
  EngineError,
  type Program,
  type StateSize,
  type StateSlots,
  type StateStore,
  type StepInput,
} from "@engine/core";
import { CachePool } from "./cache-pool.ts";
import { SlotPool } from "./slot-pool.ts";

/** What a program's sequences leave behind: key-value blocks and slots of recurrent state. */
export class ReferenceState implements StateStore {
  /** Resolves when the last run asked for has ended. */
  queue: Promise<void> = Promise.resolve();
  readonly #pools: Map<string, CachePool | SlotPool>;
  #disposed = false;

  constructor(
    program: Pick<Program, "caches" | "states">,
    readonly size: StateSize,
  ) {
    this.#pools = new Map<string, CachePool | SlotPool>([
      ...program.caches.map((spec) => [`cache ${spec.name}`, new CachePool(spec, size)] as const),
      ...program.states.map((spec) => [`state ${spec.name}`, new SlotPool(spec, size.slots ?? 0)] as const),
    ]);
  }

  get bytes(): number {
    return [...this.#pools.values()].reduce((sum, pool) => sum + pool.bytes, 0);
  }

  cache(name: string, step: StepInput): CacheRows {
    return (this.#pool(name, "cache") as CachePool).rows(step);
  }

  slots(name: string, step: StepInput): StateSlots {
    return (this.#pool(name, "state") as SlotPool).view(step);
  }

  async copy(moves: Int32Array): Promise<void> {
    this.#checkMoves(moves);
    for (let i = 0; i < moves.length; i += 6) {
      const [group, fromBlock, from, toBlock, to, places] = moves.subarray(i, i + 6) as unknown as Move;
      for (const pool of this.#pools.values()) {
        if (pool.group === group) pool.copy(fromBlock, from, toBlock, to, places);
      }
    }
  }

  async read(name: string, block: number, into: Uint8Array): Promise<void> {
    this.#pool(name).read(block, into);
  }

  async write(name: string, block: number, from: Uint8Array): Promise<void> {
    this.#pool(name).write(block, from);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#pools.clear();
  }

  #pool(name: string, kind?: "cache" | "state"): CachePool | SlotPool {
    if (this.#disposed) throw new EngineError("disposed", `"${name}" was used after its state was disposed.`);
    const pool = kind
      ? this.#pools.get(`${kind} ${name}`)
      : (this.#pools.get(`cache ${name}`) ?? this.#pools.get(`state ${name}`));
    if (!pool) throw new EngineError("bad-option", `The state holds no cache "${name}".`);
    return pool;
  }

  #checkMoves(moves: Int32Array): void {
    const { blockTokens, blocks, slots = 0 } = this.size;
    for (let i = 0; i < moves.length; i += 6) {
      const [group, fromBlock, from, toBlock, to, places] = moves.subarray(i, i + 6) as unknown as Move;
      const count = group === -1 ? slots : (blocks[group] ?? 0);
      const held = [fromBlock, toBlock].every((block) => block >= 0 && block < count);
      const fits =
        group === -1 ||
        (places >= 0 && [from, to].every((place) => place >= 0 && place + places <= blockTokens));
      if (moves.length % 6 === 0 && held && fits) continue;
      const text = `move ${i / 6} is [${moves.subarray(i, i + 6)}]; group ${group} has ${count} blocks of ${blockTokens} places`;
      throw new EngineError("bad-option", `copy: ${text}.`);
    }
  }
}

/** Group, from block, from place in it, to block, to place in it, places. */
type Move = readonly [number, number, number, number, number, number];
