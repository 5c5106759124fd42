import { mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { philox, readRows } from "@engine/core";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import { openCheckpoint } from "../open-checkpoint.ts";
import { type TensorToWrite, writeSafetensors } from "../write-safetensors.ts";
import type { QuantizeProgress } from "./progress.ts";
import { type QuantizeOptions, quantizeModel } from "./quantize-model.ts";

const at = temporaryFolder();

const SHAPES: Readonly<Record<string, readonly number[]>> = {
  "model.embed_tokens.weight": [40, 64],
  "model.layers.0.self_attn.q_proj.weight": [48, 64],
  "model.layers.0.mlp.gate.weight": [4, 64],
  "model.layers.0.mlp.up_proj.weight": [44, 64],
  "model.layers.0.mlp.down_proj.weight": [64, 44],
  "model.layers.0.mlp.experts.down_proj": [2, 16, 32],
  "model.layers.0.input_layernorm.weight": [64],
  "lm_head.weight": [40, 64],
};

async function model(name: string, change?: (tensor: Float32Array, name: string) => void): Promise<string> {
  const folder = at(name);
  await mkdir(folder);
  const tensors = Object.entries(SHAPES).map(([tensor, shape], index): TensorToWrite => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => {
      return philox([index, 0], [i, 0, 0, 0])[0]! / 2 ** 31 - 1;
    });
    change?.(data, tensor);
    return { name: tensor, dtype: "bf16", shape, data };
  });
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  const config = {
    model_type: "llama",
    torch_dtype: "bfloat16",
    text_config: { dtype: "bfloat16" },
    eos_token_id: 2,
  };
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  await writeFile(join(folder, "tokenizer.json"), "{}");
  await writeFile(join(folder, "pytorch_model.bin"), "left behind");
  return folder;
}

async function types(folder: string): Promise<Record<string, string>> {
  const { source } = await openCheckpoint(folder);
  const found = Object.fromEntries([...source.names()].map((name) => [name, source.describe(name)!.type]));
  await source.close();
  return found;
}

async function values(folder: string, name: string): Promise<Float32Array> {
  const { source } = await openCheckpoint(folder);
  const encoding = source.describe(name)!;
  const read = await readRows(source, name, encoding, { begin: 0, end: encoding.shape[0]! });
  await source.close();
  return read;
}

const MATRICES = ["self_attn.q_proj.weight", "mlp.up_proj.weight", "mlp.experts.down_proj"].map(
  (name) => `model.layers.0.${name}`,
);

describe("quantizeModel", () => {
  it("writes int4 matrices and leaves the others as they are", async () => {
    const source = await model("plain");
    const target = at("plain-int4");
    const progress: QuantizeProgress[] = [];
    const result = await quantizeModel(source, target, { type: "int4", onProgress: (p) => progress.push(p) });
    const stored = await types(target);
    for (const name of Object.keys(SHAPES))
      expect(stored[name]).toBe(MATRICES.includes(name) ? "int4" : "bf16");
    expect(result).toMatchObject({
      files: 1,
      resumedBytes: 0,
      ragged: ["model.layers.0.mlp.down_proj.weight"],
    });
    expect(result.bytes).toBe((await stat(join(target, "model.safetensors"))).size);
    expect((await readdir(target)).sort()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
    expect(progress.at(-1)).toMatchObject({ done: result.sourceBytes, total: result.sourceBytes });

    for (const name of MATRICES) {
      const [before, after] = [await values(source, name), await values(target, name)];
      const worst = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i]!)), 0);
      expect(worst).toBeGreaterThan(0);
      expect(worst).toBeLessThan(0.16);
    }
    expect(await values(target, "lm_head.weight")).toEqual(await values(source, "lm_head.weight"));

    const config = JSON.parse(await readFile(join(target, "config.json"), "utf8"));
    expect(config).toMatchObject({ eos_token_id: 2, torch_dtype: "bfloat16" });
    expect(config.quantization_config).toMatchObject({
      quant_method: "compressed-tensors",
      format: "pack-quantized",
      ignore: ["model.embed_tokens", "model.layers.0.mlp.gate", "model.layers.0.mlp.down_proj", "lm_head"],
      config_groups: { group_0: { targets: ["Linear"], weights: { num_bits: 4, group_size: 32 } } },
    });
  });

  it("takes a type for each part, and reads its own output again", async () => {
    const source = await model("parts");
    const options = { type: "int4", embeddings: "int8", lmHead: "fp16", group: 64 } as const;
    await quantizeModel(source, at("parts-int4"), options);
    expect(await types(at("parts-int4"))).toMatchObject({
      "model.embed_tokens.weight": "int8",
      "lm_head.weight": "f16",
      "model.layers.0.mlp.up_proj.weight": "int4",
      "model.layers.0.mlp.experts.down_proj": "bf16",
    });
    await quantizeModel(at("parts-int4"), at("parts-fp32"), { type: "fp32" });
    expect(new Set(Object.values(await types(at("parts-fp32"))))).toEqual(new Set(["f32"]));
    for (const name of Object.keys(SHAPES))
      expect(await values(at("parts-fp32"), name)).toEqual(await values(at("parts-int4"), name));
    const config = JSON.parse(await readFile(join(at("parts-fp32"), "config.json"), "utf8"));
    expect(config).toMatchObject({ torch_dtype: "float32", text_config: { dtype: "float32" } });
    expect(config.quantization_config).toBeUndefined();
  });

  it("goes on after a break, and writes the same bytes", async () => {
    const source = await model("broken-off");
    const [target, whole] = [at("resumed"), at("at-once")];
    const options: QuantizeOptions = { type: "int8", shardBytes: 4000 };
    await quantizeModel(source, whole, options);
    const stop = new AbortController();
    const onProgress = ({ done }: QuantizeProgress) => done > 15_000 && stop.abort();
    const error = await failure(
      quantizeModel(source, target, { ...options, signal: stop.signal, onProgress }),
    );
    expect(error.code).toBe("aborted");
    const left = await readdir(`${target}.incomplete`);
    expect(left.filter((name) => name.endsWith(".tmp"))).toEqual([]);
    const finished = left.filter((name) => name.endsWith(".safetensors"));
    expect(finished.length).toBeGreaterThan(1);
    // One finished file is damaged meanwhile: its bytes are no longer those that were written.
    await truncate(join(`${target}.incomplete`, finished[0]!), 100);
    await writeFile(join(`${target}.incomplete`, ".model-00009-of-00009.safetensors.0123.tmp"), "killed");

    const { resumedBytes, files } = await quantizeModel(source, target, options);
    const sizes = await Promise.all(
      finished.slice(1).map(async (name) => (await stat(join(target, name))).size),
    );
    expect(resumedBytes).toBe(sizes.reduce((a, b) => a + b, 0));
    expect(files).toBeGreaterThan(finished.length);
    expect((await readdir(target)).sort()).toEqual((await readdir(whole)).sort());
    for (const name of await readdir(whole))
      expect(await readFile(join(target, name))).toEqual(await readFile(join(whole, name)));
    await expect(stat(`${target}.incomplete`)).rejects.toThrow();
  });

  it("refuses what would lose or mix up something", async () => {
    const source = await model("refused");
    const fails = async (target: string, options: QuantizeOptions) =>
      failure(quantizeModel(source, target, options));
    await mkdir(at("there"));
    expect((await fails(at("there"), { type: "int4" })).message).toContain("exists already");
    expect((await fails(at("g"), { type: "int4", group: 48 })).message).toContain(
      "a multiple of 32, but is 48",
    );
    const stop = new AbortController();
    const onProgress = ({ done }: QuantizeProgress) => done > 15_000 && stop.abort();
    await fails(at("begun"), { type: "int8", shardBytes: 4000, signal: stop.signal, onProgress });
    expect((await fails(at("begun"), { type: "int4" })).message).toContain("other options");
    await mkdir(at("mine.incomplete/photos"), { recursive: true });
    expect((await fails(at("mine"), { type: "int4" })).message).toContain("is in the way");
  });

  it("says which weight cannot be written", async () => {
    const nan = await model("nan", (data, name) => {
      if (name.includes("q_proj")) data[7] = Number.NaN;
    });
    expect((await failure(quantizeModel(nan, at("nan-int4"), { type: "int4" }))).message).toContain(
      'weight "model.layers.0.self_attn.q_proj.weight" holds infinities or NaN',
    );
    const large = await model("large", (data, name) => {
      if (name.includes("up_proj")) data[7] = 1e6;
    });
    expect((await failure(quantizeModel(large, at("large-fp16"), { type: "fp16" }))).message).toContain(
      "too large for this type",
    );
  });
});
