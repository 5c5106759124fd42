/** What a running text wants of a step. */
export interface RowWish {
  /** Rows not computed yet, at least 1. */
  readonly pending: number;
  /** Fewest rows that are of use to it. */
  readonly least: number;
  /** Its place in the order of arrival. */
  readonly order: number;
  /** The last step that took rows of it. */
  readonly served: number;
}

/** Up to so many rows are an answer going on, not a prompt. */
const SHORT = 16;

/**
 * How many rows of each text a step takes; all together at most `tokens`, and at most `rows` of them a text's last.
 * Answers that go on come first, the longest waiting before others. Prompts have a quarter of the step in any case, and
 * what the answers leave: the oldest one the half of it, so that no stream of short prompts can stop it; the rest goes to
 * those that end soonest, so that no long one stops them, and that equal ones end one after the other and not all late.
 */
export function shareRows(
  wishes: readonly RowWish[],
  { tokens, rows }: { readonly tokens: number; readonly rows: number },
): number[] {
  const given = wishes.map(() => 0);
  let [left, ends] = [tokens, rows];
  const give = (at: number, most: number): void => {
    const { pending, least } = wishes[at]!;
    let count = Math.min(pending - given[at]!, most, left);
    // Without a row of output left, a text waits just before its end.
    if (given[at]! + count === pending && ends === 0) count--;
    if (given[at]! + count < least || count <= 0) return;
    given[at]! += count;
    left -= count;
    if (given[at] === pending) ends--;
  };
  const sorted = (by: (wish: RowWish) => number, which: (wish: RowWish) => boolean): number[] =>
    [...wishes.keys()]
      .filter((at) => which(wishes[at]!))
      .sort((a, b) => by(wishes[a]!) - by(wishes[b]!) || wishes[a]!.order - wishes[b]!.order);
  const isShort = ({ pending }: RowWish): boolean => pending <= SHORT;
  const shorts = sorted(({ served }) => served, isShort);
  const longs = sorted(
    ({ order }) => order,
    (wish) => !isShort(wish),
  );
  const first = wishes[longs[0] ?? -1];
  if (first) {
    const waited = Math.min(...shorts.map((at) => wishes[at]!.served)) < first.served;
    // A step of one row goes to who has waited longer.
    left -= Math.min(Math.max(tokens >> 2, first.least, 1), waited ? tokens - 1 : tokens);
  }
  for (const at of shorts) give(at, left);
  left = tokens - given.reduce((sum, count) => sum + count, 0);
  if (first) give(longs[0]!, Math.max(first.least, longs.length > 1 ? Math.ceil(left / 2) : left));
  const rest = (at: number): number => wishes[at]!.pending - given[at]!;
  for (const at of longs.sort((a, b) => rest(a) - rest(b))) give(at, left);
  return given;
}
