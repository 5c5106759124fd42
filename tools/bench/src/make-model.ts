import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeFloats } from "@engine/core";
import { type TensorToWrite, writeSafetensors } from "@engine/loader";
import { gemma4Config, gemma4Tensors } from "./gemma4-e2b.ts";
import { configOf, shapes, tensorsOf } from "./shapes.ts";
import { argumentsOf, misused } from "./usage.ts";

const GEMMA = "gemma-4-e2b";
const TYPES = ["bf16", "f16", "f32", "int4"];
const USAGE = `Usage: node tools/bench/dist/make-model.js SHAPE FOLDER [--dtype ${TYPES.join("|")}] [--layers N]
SHAPE: ${[...Object.keys(shapes), GEMMA].join(", ")}
--layers: fewer than the model has, where the disk is small.`;

/** Numbers in the block of random weights that the tensors take their bytes from, at shifting places. */
const BLOCK = 4 * 2 ** 20;
/** Inputs that share a scale, with int4. */
const GROUP = 32;
/** Rows of a router stay floats. */
const LEAST_ROWS = 64;

/** Deterministic uniform noise with the spread of trained weights; a period far above the block. */
function noise(count: number): Float32Array {
  let state = 0x9e3779b9;
  return Float32Array.from({ length: count }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return ((state >>> 8) / 2 ** 24 - 0.5) * 0.08;
  });
}

/** Pieces of a block at places that shift from tensor to tensor. */
function pieces(block: Uint8Array): (bytes: number) => Iterable<Uint8Array> {
  let shift = 0;
  return function* (bytes) {
    for (let at = 0; at < bytes; ) {
      const piece = block.subarray(shift, shift + Math.min(bytes - at, block.length - shift));
      yield piece;
      at += piece.length;
      shift = at < bytes ? 0 : (shift + 64 * 1021) % block.length;
    }
  };
}

interface Plan {
  readonly config: Record<string, unknown>;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

function planOf(name: string, layers: number | undefined): Plan | undefined {
  if (name === GEMMA) return { config: gemma4Config(), tensors: gemma4Tensors() };
  const shape = shapes[name];
  if (!shape) return undefined;
  const own = { ...shape, layers: layers ?? shape.layers };
  return { config: configOf(own), tensors: tensorsOf(own) };
}

function stored({ tensors }: Plan, dtype: string): TensorToWrite[] {
  const float = dtype === "int4" ? "bf16" : dtype;
  const random = noise(BLOCK);
  const block = encodeFloats(float, random);
  const size = block.length / BLOCK;
  const floats = pieces(block);
  const codes = pieces(new Uint8Array(random.buffer));
  const scales = pieces(
    encodeFloats(
      "f16",
      random.map((value) => 0.004 + Math.abs(value) / 16),
    ),
  );
  return tensors.flatMap(({ name, shape }): TensorToWrite[] => {
    const count = shape.reduce((product, dim) => product * dim, 1);
    const [rows = 0, columns = 0] = shape;
    if (shape.length === 1) {
      const ones = (): Uint8Array[] => [encodeFloats(float, new Float32Array(count).fill(1))];
      return [{ name, shape, dtype: float, data: ones }];
    }
    if (dtype !== "int4" || rows < LEAST_ROWS)
      return [{ name, shape, dtype: float, data: () => floats(count * size) }];
    const dims = new Uint8Array(BigInt64Array.from(shape, BigInt).buffer);
    return [
      { name: `${name}_packed`, shape: [rows, columns / 8], dtype: "i32", data: () => codes(count / 2) },
      {
        name: `${name}_scale`,
        shape: [rows, columns / GROUP],
        dtype: "f16",
        data: () => scales((count / GROUP) * 2),
      },
      { name: `${name}_shape`, shape: [2], dtype: "i64", data: () => [dims] },
    ];
  });
}

async function main(): Promise<void> {
  const { positionals, values } = argumentsOf(USAGE, {
    dtype: { type: "string", default: "bf16" },
    layers: { type: "string" },
  });
  const [name = "", folder] = positionals;
  const plan = planOf(name, values.layers === undefined ? undefined : Number(values.layers));
  if (!plan || !folder || !TYPES.includes(values.dtype)) misused(USAGE);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(plan.config, null, 2));
  await writeSafetensors(join(folder, "model.safetensors"), stored(plan, values.dtype));
}

await main();
