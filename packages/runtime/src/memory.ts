import type { BlockPool } from "./block-pool.ts";
import type { History } from "./history.ts";
import type { Runner } from "./runner.ts";
import type { Sequence } from "./sequence.ts";

/** Which texts hold blocks, and who gives them up when others need them. */
export class Memory {
  /** Those of key-value blocks, then that of slots where there is one. */
  readonly pools: readonly BlockPool[];
  /** Those of key-value blocks. */
  readonly groups: readonly BlockPool[];
  readonly blockTokens: number;
  readonly #stepRows: number;
  /** Texts of sessions between two answers, and of those that wait; the longest resting first. */
  readonly #resting = new Set<History>();

  constructor(runner: Runner) {
    this.pools = runner.pools;
    this.groups = this.pools.slice(0, runner.size.blocks.length);
    this.blockTokens = runner.size.blockTokens;
    this.#stepRows = runner.program.options.maxTokens;
  }

  /** No step works on this text now, so its blocks may be taken; it is computed again when it goes on. */
  rest(history: History): void {
    this.#resting.delete(history);
    this.#resting.add(history);
  }

  wake(history: History): void {
    this.#resting.delete(history);
  }

  /** The text is gone. */
  drop(history: History): void {
    this.#resting.delete(history);
    history.sequence.clear();
    history.dropSwapped();
  }

  /** Blocks, and slots at the end, that a text has at most until it has so many rows. */
  most(sequence: Sequence, length: number): number[] {
    return sequence.most(length, this.#stepRows);
  }

  /** The longest resting text that would lose its blocks for these needs; undefined where there is room, or can be none. */
  victim(needs: readonly (readonly number[])[]): History | undefined {
    const total = this.pools.map((_, at) => needs.reduce((sum, need) => sum + need[at]!, 0));
    if (this.pools.every((pool, at) => pool.free >= total[at]!)) return undefined;
    const resting = [...this.#resting].filter(({ sequence }) => sequence.length > 0);
    const held = resting.map(({ sequence }) => sequence.held());
    const enough = this.pools.every(
      (pool, at) => held.reduce((sum, blocks) => sum + blocks[at]!, pool.free) >= total[at]!,
    );
    return enough ? resting[0] : undefined;
  }

  /** Whether all these needs can be met together, at the expense of resting texts if need be. */
  free(needs: readonly (readonly number[])[]): boolean {
    const total = this.pools.map((_, at) => needs.reduce((sum, need) => sum + need[at]!, 0));
    const short = (): boolean => this.pools.some((pool, at) => pool.free < total[at]!);
    if (!short()) return true;
    const resting = [...this.#resting].map(({ sequence }) => sequence.held());
    const reach = this.pools.map((pool, at) => resting.reduce((sum, held) => sum + held[at]!, pool.free));
    // They keep what they have where it would not be enough.
    if (reach.some((blocks, at) => blocks < total[at]!)) return false;
    for (const history of this.#resting) {
      history.sequence.clear();
      if (!short()) return true;
    }
    return false;
  }
}
