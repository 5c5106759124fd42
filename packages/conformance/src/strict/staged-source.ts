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
    const { data } = use.encoding.parts;
    // All bits set is NaN in every float type.
    const bytes = new Uint8Array(data!.bytes).fill(0xff);
    const gathered = use.readers.some(({ op }) => op.name === "gather");
    const rows = data!.shape[0] ?? 1;
    for (const { begin, end } of gathered ? [{ begin: 0, end: rows }] : use.ranges) {
      for (let at = begin * data!.rowBytes; at < end * data!.rowBytes; at += pieceBytes) {
        if (signal?.aborted) throw new EngineError("aborted", `Loading stopped at weight "${use.name}".`);
        const piece = new Uint8Array(Math.min(pieceBytes, end * data!.rowBytes - at));
        await source.read(use.name, "data", Float64Array.of(at, piece.length), piece, signal);
        bytes.set(piece, at);
      }
    }
    staged.set(use.name, bytes);
  }
  return {
    id: `${source.id} (staged)`,
    names: () => staged.keys(),
    describe: (name) => source.describe(name),
    extent(name): Extent {
      throw new EngineError("backend-failed", `weight "${name}": staged weights lie in no file.`);
    },
    async read(name, _, ranges, into) {
      let at = 0;
      for (let i = 0; i < ranges.length; i += 2) {
        into.set(staged.get(name)!.subarray(ranges[i]!, ranges[i]! + ranges[i + 1]!), at);
        at += ranges[i + 1]!;
      }
    },
    close: async () => {},
  };
}
