import { type Encoding, readRows, type WeightSource } from "@engine/core";

export interface Piece {
  /** f32, f16 or bf16, whole lines; or bytes of any kind. */
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Bytes of the source. */
  readonly read: number;
}

/** Values of one piece: 8 MiB as f32. */
const PIECE = 2 ** 21;

/** A stored weight in pieces of whole lines of `columns` values; a piece is small however large the weight is. */
export async function* pieces(
  source: Pick<WeightSource, "read">,
  name: string,
  { encoding, columns, signal }: { encoding: Encoding; columns: number; signal?: AbortSignal | undefined },
): AsyncGenerator<Piece> {
  const { type, shape, parts } = encoding;
  if (encoding.decode) {
    const width = shape.slice(1).reduce((product, dim) => product * dim, 1);
    const step = Math.max(1, Math.floor(PIECE / width));
    const perRow = Object.values(parts).reduce((sum, { rowBytes }) => sum + rowBytes, 0);
    for (let begin = 0; begin < shape[0]!; begin += step) {
      const end = Math.min(shape[0]!, begin + step);
      const values = await readRows(source, name, encoding, { begin, end }, signal);
      yield { type: "f32", bytes: new Uint8Array(values.buffer), read: (end - begin) * perRow };
    }
    return;
  }
  const { bytes: total } = parts.data!;
  const count = shape.reduce((product, dim) => product * dim, 1);
  const line = count === 0 ? 1 : (total / count) * columns;
  const step = Math.max(1, Math.floor((PIECE * 4) / Math.max(1, line))) * line;
  for (let at = 0; at < total; at += step) {
    const bytes = new Uint8Array(Math.min(step, total - at));
    await source.read(name, "data", Float64Array.of(at, bytes.length), bytes, signal);
    yield { type, bytes, read: bytes.length };
  }
}
