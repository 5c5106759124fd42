import {
  blockBytes,
  type CacheSpec,
  EngineError,
  elements,
  type StateSize,
  type StateSpec,
} from "@engine/core";

export interface StateWish {
  readonly caches: readonly CacheSpec[];
  readonly states: readonly StateSpec[];
  readonly blockTokens: number;
  /** Most rows of one step. */
  readonly maxTokens: number;
  /** Bytes all key-value blocks and slots may take together. */
  readonly budget: number;
  /** Longest text the model was made for. */
  readonly modelContext?: number | undefined;
  /** Asked for: the longest text, even beyond the budget and the model's own. */
  readonly context?: number | undefined;
  /** Asked for: how many texts of full length at once. */
  readonly sessions?: number | undefined;
  /** Most texts of any length that run at once; as many as `sessions` unless told. */
  readonly maxSequences?: number;
}

export interface StatePlan {
  /** Most tokens of one text. */
  readonly context: number;
  readonly sessions: number;
  readonly size: StateSize;
  readonly bytes: number;
}

/** A model whose config does not say gets this much. */
const UNSTATED_CONTEXT = 4096;
/** Less is no use to anybody, so it is an error. */
const LEAST_CONTEXT = 128;
const MOST_SESSIONS = 4;
/** A text's step reads one slot and writes another; a third is kept for texts that begin like it. */
const SLOTS = 3;

/**
 * How much text the caches hold. The context is the model's own, or what the budget holds if that is less; as many
 * texts of that length as the budget holds, up to four. Shorter texts share these blocks, so more of them run at once:
 * what each takes whatever its length (a window's blocks, recurrent state) is there for as many as the budget holds. A
 * layer with a window keeps only the blocks its window can reach.
 */
export function planState(wish: StateWish): StatePlan {
  const { caches, blockTokens, modelContext = UNSTATED_CONTEXT, budget } = wish;
  whole("context", wish.context);
  whole("sessions", wish.sessions);
  const context = wish.context ?? longest(modelContext, wish);
  const bytesOfOne = stateBytes(caches, blocksOfOne(context, wish), blockTokens) + slotBytes(wish);
  const fitting = Math.floor(budget / Math.max(bytesOfOne, 1));
  const sessions = wish.sessions ?? Math.min(Math.max(fitting, 1), MOST_SESSIONS);
  const size = (sequences: number): StateSize => ({
    blockTokens,
    blocks: blocksOfOne(context, wish).map((count, group) =>
      windowOf(caches, group) === undefined
        ? count * sessions
        : Math.min(count * sequences, Math.ceil(context / blockTokens) * sessions),
    ),
    slots: SLOTS * sequences,
  });
  const bytes = ({ blocks, slots = 0 }: StateSize): number =>
    stateBytes(caches, blocks, blockTokens) + (slotBytes(wish) / SLOTS) * slots;
  let sequences = Math.max(sessions, wish.maxSequences ?? 1);
  while (sequences > sessions && bytes(size(sequences)) > budget) sequences--;
  return { context, sessions, size: size(sequences), bytes: bytes(size(sequences)) };
}

function windowOf(caches: readonly CacheSpec[], group: number): number | undefined {
  return caches.find((cache) => cache.group === group)?.window;
}

/** The longest context whose blocks fit the budget, at most `limit`. */
function longest(limit: number, wish: StateWish): number {
  const { caches, blockTokens, budget } = wish;
  const bytes = (context: number): number =>
    stateBytes(caches, blocksOfOne(context, wish), blockTokens) + slotBytes(wish);
  if (bytes(limit) <= budget) return limit;
  let [fits, tooMany] = [0, limit];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (bytes(middle) <= budget) fits = middle;
    else tooMany = middle;
  }
  if (fits >= Math.min(limit, LEAST_CONTEXT)) return fits;
  throw new EngineError(
    "out-of-memory",
    `The caches of ${LEAST_CONTEXT} tokens take ${bytes(LEAST_CONTEXT)} bytes, but only ${Math.floor(budget)} are to be spent on them. Free memory, ask for a shorter context, or take a smaller model.`,
  );
}

/** Blocks of each cache group that one text of this length needs at most. */
function blocksOfOne(context: number, { caches, blockTokens, maxTokens }: StateWish): number[] {
  const groups = Math.max(-1, ...caches.map(({ group }) => group)) + 1;
  return Array.from({ length: groups }, (_, group) => {
    const window = windowOf(caches, group);
    const all = Math.ceil(context / blockTokens);
    if (window === undefined) return all;
    // A step appends before old blocks are given back, and the window may begin inside a block.
    return Math.min(all, Math.ceil((window - 1 + maxTokens) / blockTokens) + 1);
  });
}

/** Bytes of the slots of one text. */
function slotBytes({ states }: StateWish): number {
  return states.reduce((sum, { shape }) => sum + SLOTS * 4 * elements(shape), 0);
}

/** Bytes of the caches with so many blocks in each group. */
export function stateBytes(
  caches: readonly CacheSpec[],
  blocks: readonly number[],
  blockTokens: number,
): number {
  return caches.reduce((sum, spec) => sum + blockBytes(spec, blockTokens) * (blocks[spec.group] ?? 0), 0);
}

function whole(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new EngineError("bad-option", `${name} must be a whole number from 1, but is ${value}.`);
}
