import { EngineError, elements, readRows, type Watch, type WeightSource } from "@engine/core";
import { type BlocksLayout, PANEL } from "./blocks.ts";
import { JOB_BYTES } from "./copy-weights.ts";
import type { NativeWeights } from "./native.ts";
import { translated, translatedAsync } from "./native-error.ts";
import type { StoredWeight } from "./stored-weight.ts";

/** A place in a reserved region, and what fills it. */
export interface ReceiveTarget {
  readonly native: NativeWeights;
  readonly region: number;
  readonly to: number;
  readonly source: WeightSource;
  readonly watch: Watch;
}

/** A weight that lies in no file, or is decoded. */
export async function receiveWeight(stored: StoredWeight, target: ReceiveTarget): Promise<void> {
  const { use, part, bytes, blocks } = stored;
  const { native, region, to, source, watch } = target;
  if (blocks) return await pack(stored, blocks, target);
  if (part === undefined) return await decode(stored, target);
  for (let at = 0; at < bytes; at += JOB_BYTES) {
    if (watch.signal?.aborted) throw new EngineError("aborted", `Loading stopped at weight "${use.name}".`);
    const piece = new Uint8Array(Math.min(JOB_BYTES, bytes - at));
    await source.read(use.name, part, Float64Array.of(at, piece.length), piece, watch.signal);
    translated(() => native.fill(region, to + at, piece));
  }
}

/** Lays a weight in blocks out in panels: its rows are read piece by piece, and nothing else is kept of them. */
async function pack(
  { use }: StoredWeight,
  layout: BlocksLayout,
  { native, region, to, source, watch }: ReceiveTarget,
): Promise<void> {
  const { code, group, depth, rows, parts } = layout;
  const rowBytes = parts.reduce((sum, part) => sum + part.rowBytes, 0);
  const step = Math.max(1, Math.floor(JOB_BYTES / rowBytes / PANEL)) * PANEL;
  for (let first = 0; first < rows; first += step) {
    if (watch.signal?.aborted) throw new EngineError("aborted", `Loading stopped at weight "${use.name}".`);
    const count = Math.min(step, rows - first);
    const packing = Float64Array.of(code, group, depth, first, count, region, to);
    const pieces: Uint8Array[] = [];
    for (const part of parts) {
      const piece = new Uint8Array(count * part.rowBytes);
      const range = Float64Array.of(first * part.rowBytes, piece.length);
      await source.read(use.name, part.name, range, piece, watch.signal);
      pieces.push(piece);
    }
    await translatedAsync(() => native.packBytes(packing, pieces));
  }
}

/** Rows as f32, whatever they are stored as: the way of types without kernels. */
async function decode(
  { use }: StoredWeight,
  { native, region, to, source, watch }: ReceiveTarget,
): Promise<void> {
  const { name, encoding } = use;
  const rows = encoding.shape[0] ?? 1;
  const rowBytes = 4 * elements(encoding.shape.slice(1));
  const step = Math.max(1, Math.floor(JOB_BYTES / Math.max(rowBytes, 1)));
  for (let begin = 0; begin < rows; begin += step) {
    if (watch.signal?.aborted) throw new EngineError("aborted", `Loading stopped at weight "${name}".`);
    const end = Math.min(rows, begin + step);
    const values = await readRows(source, name, encoding, { begin, end }, watch.signal);
    const piece = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    translated(() => native.fill(region, to + begin * rowBytes, piece));
  }
}
