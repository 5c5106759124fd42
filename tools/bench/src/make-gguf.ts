import { open } from "node:fs/promises";
import { parseArgs } from "node:util";
import { tensorType } from "@engine/loader";
import { type ModelShape, shapes } from "./shapes.ts";

const USAGE = `Usage: node tools/bench/dist/make-gguf.js SHAPE FILE [--type q4_0|q8_0|q4_k_m|bf16|f16] [--tokens]
SHAPE: ${Object.keys(shapes).join(", ")}
Random weights: for llama.cpp's llama-bench and for ours. --tokens: with a made-up vocabulary, which servers want.`;

/** GGUF's numbers of types, and where in a block f16 scales stand that must be small. */
const TYPES = {
  f32: { number: 0, halves: [] },
  f16: { number: 1, halves: [] },
  q4_0: { number: 2, halves: [0] },
  q8_0: { number: 8, halves: [0] },
  q4_k: { number: 12, halves: [0, 2] },
  q6_k: { number: 14, halves: [208] },
  bf16: { number: 30, halves: [] },
} as const;
type TypeName = keyof typeof TYPES;

const MIXES = ["q4_0", "q8_0", "q4_k_m", "bf16", "f16"] as const;
type Mix = (typeof MIXES)[number];

const ALIGNMENT = 32;
/** Random bytes that tensors take theirs from, at shifting places: a multiple of every block. */
const POOL_BLOCKS = 65536;

interface TensorPlan {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TypeName;
}

/** As llama.cpp's own mixes: the head in q6_k below 8 bits; some values and down projections in q6_k for Q4_K_M. */
function typeOf(mix: Mix, name: string, layer: number, layers: number): TypeName {
  const isHead = name === "token_embd";
  if (mix === "q4_0") return isHead ? "q6_k" : "q4_0";
  if (mix !== "q4_k_m") return mix;
  const more = layer < layers / 8 || layer >= (7 * layers) / 8 || (layer - Math.floor(layers / 8)) % 3 === 2;
  return isHead || (more && (name === "attn_v" || name === "ffn_down")) ? "q6_k" : "q4_k";
}

function tensors(shape: ModelShape, mix: Mix): TensorPlan[] {
  const { hidden, heads, kvHeads, headDim, intermediate, layers, qkNorm } = shape;
  const matrix = (name: string, size: readonly number[], prefix = "", layer = 0): TensorPlan => {
    const type = typeOf(mix, name, layer, layers);
    // Rows that are no whole blocks of 256 fall back to blocks of 32.
    const fits = size[1]! % tensorType(TYPES[type].number)!.size === 0;
    return { name: `${prefix}${name}.weight`, shape: size, type: fits ? type : "q8_0" };
  };
  const vector = (name: string, size: number): TensorPlan => ({ name, shape: [size], type: "f32" });
  const block = (i: number): TensorPlan[] => {
    const prefix = `blk.${i}.`;
    return [
      vector(`${prefix}attn_norm.weight`, hidden),
      matrix("attn_q", [heads * headDim, hidden], prefix, i),
      matrix("attn_k", [kvHeads * headDim, hidden], prefix, i),
      matrix("attn_v", [kvHeads * headDim, hidden], prefix, i),
      matrix("attn_output", [hidden, heads * headDim], prefix, i),
      ...(qkNorm
        ? [vector(`${prefix}attn_q_norm.weight`, headDim), vector(`${prefix}attn_k_norm.weight`, headDim)]
        : []),
      vector(`${prefix}ffn_norm.weight`, hidden),
      matrix("ffn_gate", [intermediate, hidden], prefix, i),
      matrix("ffn_up", [intermediate, hidden], prefix, i),
      matrix("ffn_down", [hidden, intermediate], prefix, i),
    ];
  };
  return [
    matrix("token_embd", [shape.vocab, hidden]),
    ...Array.from({ length: layers }, (_, i) => block(i)).flat(),
    vector("output_norm.weight", hidden),
  ];
}

function metadata(shape: ModelShape, name: string, withTokens: boolean): Buffer[] {
  const family = shape.qkNorm ? "qwen3" : "llama";
  const pairs: [string, number, Buffer][] = [];
  const add = (key: string, type: number, bytes: Buffer): number => pairs.push([key, type, bytes]);
  const count = (key: string, value: number): number => add(`${family}.${key}`, 4, u32(value));
  const real = (key: string, value: number): number => add(`${family}.${key}`, 6, f32(value));
  add("general.architecture", 8, text(family));
  add("general.name", 8, text(`${name}, random`));
  count("vocab_size", shape.vocab);
  count("context_length", shape.context);
  count("embedding_length", shape.hidden);
  count("block_count", shape.layers);
  count("feed_forward_length", shape.intermediate);
  count("attention.head_count", shape.heads);
  count("attention.head_count_kv", shape.kvHeads);
  count("attention.key_length", shape.headDim);
  count("attention.value_length", shape.headDim);
  count("rope.dimension_count", shape.headDim);
  real("rope.freq_base", shape.theta);
  real("attention.layer_norm_rms_epsilon", 1e-5);
  if (withTokens) {
    const list = (type: number, items: readonly Buffer[]): Buffer =>
      Buffer.concat([u32(type), u64(items.length), ...items]);
    const tokens = madeUpTokens(shape.vocab);
    add("tokenizer.ggml.model", 8, text("llama"));
    add(
      "tokenizer.ggml.tokens",
      9,
      list(
        8,
        tokens.map(({ token }) => text(token)),
      ),
    );
    add(
      "tokenizer.ggml.scores",
      9,
      list(
        6,
        tokens.map((_, i) => f32(-i)),
      ),
    );
    add(
      "tokenizer.ggml.token_type",
      9,
      list(
        5,
        tokens.map(({ type }) => u32(type)),
      ),
    );
    add("tokenizer.ggml.bos_token_id", 4, u32(1));
    add("tokenizer.ggml.eos_token_id", 4, u32(2));
  } else add("tokenizer.ggml.model", 8, text("no_vocab"));
  return [u64(pairs.length), ...pairs.flatMap(([key, type, bytes]) => [text(key), u32(type), bytes])];
}

/** A SentencePiece vocabulary: its three special tokens, all bytes, and words that are numbers. */
function madeUpTokens(count: number): readonly { readonly token: string; readonly type: number }[] {
  const special = ["<unk>", "<s>", "</s>"];
  return Array.from({ length: count }, (_, id) => {
    if (id < 3) return { token: special[id]!, type: id === 0 ? 2 : 3 };
    const byte = id - 3;
    if (byte < 256) return { token: `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`, type: 6 };
    return { token: `▁${id}`, type: 1 };
  });
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const f32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

function bytesOf({ shape, type }: TensorPlan): number {
  const { size, bytes } = tensorType(TYPES[type].number)!;
  return (shape.reduce((product, dim) => product * dim, 1) / size) * bytes;
}

/** Blocks of random codes; scales between 2^-9 and 2^-7 of either sign. Floats are of that size too. */
function pool(type: TypeName): Buffer {
  const { bytes } = tensorType(TYPES[type].number)!;
  const data = Buffer.alloc(POOL_BLOCKS * bytes);
  let state = 0x9e3779b9;
  for (let i = 0; i < data.length; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    data[i] = state >>> 24;
  }
  const small = type === "bf16" ? 0x3b : type === "f16" ? 0x20 : 0x18;
  const halves = bytes === 2 ? [0] : TYPES[type].halves;
  for (let block = 0; block < data.length; block += bytes)
    for (const at of halves) data[block + at + 1] = small | (data[block + at + 1]! & 0x83);
  return data;
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { type: { type: "string", default: "q4_0" }, tokens: { type: "boolean", default: false } },
  });
  const [name = "", path] = positionals;
  const shape = shapes[name];
  const mix = MIXES.find((mix) => mix === values.type);
  if (!shape || !path || !mix) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const all = tensors(shape, mix);
  const file = await open(path, "w");
  try {
    let offset = 0;
    const infos = all.map((tensor) => {
      const { name, shape, type } = tensor;
      const info = [
        text(name),
        u32(shape.length),
        ...shape.toReversed().map(u64),
        u32(TYPES[type].number),
        u64(offset),
      ];
      offset += Math.ceil(bytesOf(tensor) / ALIGNMENT) * ALIGNMENT;
      return Buffer.concat(info);
    });
    const header = Buffer.concat([
      Buffer.from("GGUF"),
      u32(3),
      u64(all.length),
      ...metadata(shape, name, values.tokens),
      ...infos,
    ]);
    await file.write(Buffer.concat([header, Buffer.alloc(-header.length & (ALIGNMENT - 1))]));
    const pools = new Map<TypeName, Buffer>();
    let shift = 0;
    for (const tensor of all) {
      const { type } = tensor;
      const random = pools.get(type) ?? pool(type);
      pools.set(type, random);
      const length = bytesOf(tensor);
      const block = tensorType(TYPES[type].number)!.bytes;
      for (let at = 0; at < length; ) {
        const from = type === "f32" ? 0 : (shift * block) % random.length;
        const piece =
          type === "f32" ? Buffer.concat(Array.from({ length: length / 4 }, () => f32(1))) : random;
        const n = Math.min(length - at, piece.length - from);
        await file.write(piece.subarray(from, from + n));
        at += n;
        shift = (shift + 1021) % POOL_BLOCKS;
      }
      await file.write(Buffer.alloc(-length & (ALIGNMENT - 1)));
    }
  } finally {
    await file.close();
  }
}

await main();
