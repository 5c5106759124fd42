/** A contiguous part of a weight in its file. */
export interface FilePart {
  readonly fd: number;
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/** What is read at once, in the order a step uses it. */
export interface StreamedWeight {
  readonly name: string;
  readonly parts: readonly FilePart[];
}

/** How the native stream is told (native/stream.h). */
export interface StreamLayout {
  readonly ringBytes: number;
  readonly files: readonly { readonly fd: number; readonly path: string }[];
  /** [n, 5] file, offset, bytes, where in the ring, bytes of them that the file must hold. */
  readonly pieces: Float64Array;
  /** [n, 2] first piece and how many, for each weight. */
  readonly segments: Int32Array;
  /** Where in the ring each part of each weight begins. */
  readonly places: readonly (readonly number[])[];
}

/** Direct reads take whole sectors of a file to whole sectors of memory. */
export const SECTOR = 4096;
/** Enough reads in flight for a disk's full rate. */
const LEAST_AHEAD = 32 * 2 ** 20;

export interface Division {
  /** Weights that stay in memory: the first of the order. A cyclic scan reads the rest, whatever is kept of it. */
  readonly pinned: number;
  readonly ringBytes: number;
}

/**
 * Divides a budget of bytes between weights that stay and a ring for those that do not. `sizes`: bytes of each weight in
 * the order of use; `largest`: of the ring that one call needs at once. Undefined where not even two of those fit.
 */
export function divideBudget(
  sizes: readonly number[],
  { budget, largest }: { readonly budget: number; readonly largest: number },
): Division | undefined {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= budget) return { pinned: sizes.length, ringBytes: 0 };
  const ringBytes = Math.max(2 * largest, Math.min(LEAST_AHEAD, sectors(budget / 2)));
  if (ringBytes > budget) return undefined;
  let pinned = 0;
  for (let left = budget - ringBytes; pinned < sizes.length && sizes[pinned]! <= left; pinned++)
    left -= sizes[pinned]!;
  return { pinned, ringBytes };
}

/**
 * Gives each weight its fixed place in the ring, one after the other and from the start again where the end is too near.
 * What a weight overwrites is then what was used longest ago.
 */
export function layOutRing(weights: readonly StreamedWeight[], ringBytes: number): StreamLayout {
  const files = new Map<number, { readonly index: number; readonly path: string }>();
  const pieces: number[] = [];
  const segments: number[] = [];
  const places: number[][] = [];
  let at = 0;
  for (const { parts } of weights) {
    const spans = parts.map(({ offset, bytes }) => span(offset, bytes));
    const bytes = spans.reduce((sum, one) => sum + one.bytes, 0);
    if (at + bytes > ringBytes) at = 0;
    segments.push(pieces.length / 5, parts.length);
    places.push(
      parts.map(({ fd, path, offset, bytes: own }, i) => {
        const file = files.get(fd) ?? { index: files.size, path };
        files.set(fd, file);
        const { begin, bytes: taken } = spans[i]!;
        pieces.push(file.index, begin, taken, at, offset + own - begin);
        const place = at + offset - begin;
        at += taken;
        return place;
      }),
    );
  }
  return {
    ringBytes,
    files: Array.from(files, ([fd, { path }]) => ({ fd, path })),
    pieces: Float64Array.from(pieces),
    segments: Int32Array.from(segments),
    places,
  };
}

/** The whole sectors of a file that hold a part of it. */
export function span(offset: number, bytes: number): { readonly begin: number; readonly bytes: number } {
  const begin = Math.floor(offset / SECTOR) * SECTOR;
  return { begin, bytes: sectors(offset + bytes - begin) };
}

function sectors(bytes: number): number {
  return Math.ceil(bytes / SECTOR) * SECTOR;
}
