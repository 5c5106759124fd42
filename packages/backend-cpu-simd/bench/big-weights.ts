import { closeSync, existsSync, openSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Encoding, encodeFloats, type WeightSource } from "@engine/core";

export interface BigShape {
  readonly out: number;
  readonly in: number;
}

/** Bytes of the file all weights lie in; much more than any cache holds. */
export const FILE_BYTES = 1152 * 2 ** 20;
const PIECE = 16 * 2 ** 20;

/** A file of random bf16 values; read as f32 they are random too. Made once and kept in the temporary folder. */
export function bigFile(): { readonly fd: number; close(): void } {
  const path = join(tmpdir(), "engine-bench-weights.bin");
  if (!existsSync(path) || statSync(path).size !== FILE_BYTES) {
    const fd = openSync(path, "w");
    const piece = encodeFloats(
      "bf16",
      Float32Array.from({ length: PIECE / 2 }, () => Math.random() - 0.5),
    );
    for (let at = 0; at < FILE_BYTES; at += PIECE) writeSync(fd, piece, 0, PIECE, at);
    closeSync(fd);
  }
  const fd = openSync(path, "r");
  return { fd, close: () => closeSync(fd) };
}

/** As many matrices of the shape as the file holds, one after the other, and a table of inputs at its begin. */
export function bigSource(
  fd: number,
  type: "bf16" | "f32",
  shape: BigShape,
): { source: WeightSource; names: string[] } {
  const size = type === "bf16" ? 2 : 4;
  const bytes = shape.out * shape.in * size;
  const names = Array.from({ length: Math.floor(FILE_BYTES / bytes) }, (_, i) => `w${i}`);
  const encoding = (rows: number): Encoding => {
    const parts = {
      data: {
        dtype: type,
        shape: [rows, shape.in],
        rowBytes: shape.in * size,
        bytes: rows * shape.in * size,
      },
    };
    return { type, shape: [rows, shape.in], parts };
  };
  const source: WeightSource = {
    id: "bench",
    names: () => ["x", ...names],
    describe: (name) => encoding(name === "x" ? 512 : shape.out),
    extent: (name) => {
      const at = name === "x" ? 0 : Number(name.slice(1)) * bytes;
      return { fd, path: "bench", offset: at, bytes: name === "x" ? 512 * shape.in * size : bytes };
    },
    read: () => Promise.reject(new Error("the bench reads files")),
    close: async () => {},
  };
  return { source, names };
}
