import { EngineError, type Extent, type WeightSource, type WeightUse } from "@engine/core";

/**
 * The weights in memory of the device's own, brought there in pieces of one binding. Only what the program
 * says it reads is there: the rows its calls bind, and tables that are gathered from. All else is NaN.
 */
export async function stagedSource(
  source: WeightSource,
  uses: readonly WeightUse[],
  pieceBytes: number,
  signal: AbortSignal | undefined,
): Promise<WeightSource> {
  const staged = new Map<string, Uint8Array>();
  for (const use of uses) {
    const gathered = use.readers.some(({ op }) => op.name === "gather");
    for (const [part, { bytes: length, shape, rowBytes }] of Object.entries(use.encoding.parts)) {
      // All bits set is NaN in every float type.
      const bytes = new Uint8Array(length).fill(0xff);
      const whole = [{ begin: 0, end: shape[0] ?? 1 }];
      for (const { begin, end } of gathered ? whole : use.ranges) {
        for (let at = begin * rowBytes; at < end * rowBytes; at += pieceBytes) {
          if (signal?.aborted) throw new EngineError("aborted", `Loading stopped at weight "${use.name}".`);
          const piece = new Uint8Array(Math.min(pieceBytes, end * rowBytes - at));
          await source.read(use.name, part, Float64Array.of(at, piece.length), piece, signal);
          bytes.set(piece, at);
        }
      }
      staged.set(key(use.name, part), bytes);
    }
  }
  const names = uses.map(({ name }) => name);
  return {
    id: `${source.id} (staged)`,
    names: () => names,
    describe: (name) => source.describe(name),
    extent(name): Extent {
      throw new EngineError("backend-failed", `weight "${name}": staged weights lie in no file.`);
    },
    async read(name, part, ranges, into) {
      let at = 0;
      for (let i = 0; i < ranges.length; i += 2) {
        into.set(staged.get(key(name, part))!.subarray(ranges[i]!, ranges[i]! + ranges[i + 1]!), at);
        at += ranges[i + 1]!;
      }
    },
    close: async () => {},
  };
}

/** No name of a tensor holds a NUL. */
const key = (name: string, part: string) => `${name}\0${part}`;
