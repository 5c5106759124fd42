import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { encodeFloats } from "@engine/core";
import { writeSafetensors } from "@engine/loader";
import { configOf, shapes, tensorsOf } from "./shapes.ts";

const USAGE = `Usage: node tools/bench/dist/make-model.js SHAPE FOLDER [--dtype bf16|f16|f32]
SHAPE: ${Object.keys(shapes).join(", ")}`;

/** Numbers in the block of random weights that the tensors take their bytes from, at shifting places. */
const BLOCK = 4 * 2 ** 20;

/** Deterministic uniform noise with the spread of trained weights; a period far above the block. */
function noise(count: number): Float32Array {
  let state = 0x9e3779b9;
  return Float32Array.from({ length: count }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return ((state >>> 8) / 2 ** 24 - 0.5) * 0.08;
  });
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { dtype: { type: "string", default: "bf16" } },
  });
  const [name = "", folder] = positionals;
  const shape = shapes[name];
  if (!shape || !folder || !["bf16", "f16", "f32"].includes(values.dtype)) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const block = encodeFloats(values.dtype, noise(BLOCK));
  const size = block.length / BLOCK;
  const ones = (count: number): Uint8Array => encodeFloats(values.dtype, new Float32Array(count).fill(1));
  let shift = 0;
  const pieces = function* (bytes: number): Iterable<Uint8Array> {
    for (let at = 0; at < bytes; ) {
      const piece = block.subarray(shift, shift + Math.min(bytes - at, block.length - shift));
      yield piece;
      at += piece.length;
      shift = at < bytes ? 0 : (shift + 64 * 1021) % block.length;
    }
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(configOf(shape), null, 2));
  const tensors = tensorsOf(shape).map(({ name, shape }) => {
    const count = shape.reduce((product, dim) => product * dim, 1);
    return {
      name,
      shape,
      dtype: values.dtype,
      data: () => (shape.length === 1 ? [ones(count)] : pieces(count * size)),
    };
  });
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
}

await main();
