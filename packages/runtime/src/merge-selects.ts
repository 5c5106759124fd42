import type { Select } from "@engine/core";

/** One step's `Select` out of those of its wanted rows, each made for one row. */
export function mergeSelects(rows: readonly Select[], vocab: number): Select {
  const words = Math.ceil(vocab / 32);
  const top = Math.max(...rows.map((row) => row.top));
  const temperature = Float32Array.from(rows, (row) => row.temperature[0]!);
  const merged = { top, temperature };
  const masked = rows.some(({ mask }) => mask);
  const noisy = rows.some(({ noise }) => noise);
  // A row without a mask may take every token; one whose counter is zero draws no noise.
  const mask = masked ? new Uint32Array(rows.length * words).fill(0xffff_ffff) : undefined;
  const noise = noisy ? new Uint32Array(rows.length * 4) : undefined;
  rows.forEach((row, i) => {
    if (row.mask) mask!.set(row.mask, i * words);
    if (row.noise) noise!.set(row.noise, i * 4);
  });
  const adjust = mergeAdjusts(rows);
  return { ...merged, ...(mask && { mask }), ...(noise && { noise }), ...(adjust && { adjust }) };
}

function mergeAdjusts(rows: readonly Select[]): Select["adjust"] {
  const count = rows.reduce((sum, { adjust }) => sum + (adjust?.id.length ?? 0), 0);
  if (count === 0) return undefined;
  const merged = {
    row: new Int32Array(count),
    id: new Int32Array(count),
    divide: new Float32Array(count),
    add: new Float32Array(count),
  };
  let at = 0;
  rows.forEach(({ adjust }, i) => {
    if (!adjust) return;
    merged.row.fill(i, at, at + adjust.id.length);
    merged.id.set(adjust.id, at);
    merged.divide.set(adjust.divide, at);
    merged.add.set(adjust.add, at);
    at += adjust.id.length;
  });
  return merged;
}
