import { existsSync } from "node:fs";
import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../test/files.ts";
import { ggufBytes, SOUND } from "../test/gguf-bytes.ts";
import { openCheckpoint } from "./open-checkpoint.ts";
import { readSafetensors } from "./read-safetensors.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const at = temporaryFolder();

async function text(path: string, content: string | object): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
}

async function weights(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeSafetensors(path, [{ name: "w", dtype: "f32", shape: [2], data: Float32Array.of(1, 2) }]);
}

async function model(folder: string): Promise<void> {
  await text(`${folder}/config.json`, { model_type: "llama", eos_token_id: 2 });
  await weights(`${folder}/model.safetensors`);
}

describe("openCheckpoint", () => {
  it("opens a folder, and a file with its config beside it", async () => {
    await model(at("plain"));
    for (const path of [at("plain"), at("plain", "model.safetensors")]) {
      const checkpoint = await openCheckpoint(path);
      expect(checkpoint.folder).toBe(at("plain"));
      expect(checkpoint.config).toEqual({ model_type: "llama", eos_token_id: 2 });
      expect(checkpoint.configPath).toBe(at("plain", "config.json"));
      expect(checkpoint.generationConfig).toEqual({ eosTokenIds: [2] });
      expect([...checkpoint.source.names()]).toEqual(["w"]);
      await checkpoint.source.close();
    }
    await text(at("plain", "generation_config.json"), { eos_token_id: [2, 3], temperature: 0.5 });
    const checkpoint = await openCheckpoint(at("plain"));
    expect(checkpoint.generationConfig).toEqual({ eosTokenIds: [2, 3], temperature: 0.5 });
    await checkpoint.source.close();
  });

  it("opens a hub cache entry, a snapshot and an id, through links to blobs", async () => {
    const repo = at("hub", "models--org--name");
    const snapshot = `${repo}/snapshots/0123abc`;
    await model(`${repo}/blobs/tmp`);
    await mkdir(snapshot, { recursive: true });
    for (const [file, blob] of [
      ["config.json", "c0ffee"],
      ["model.safetensors", "beef"],
    ] as const) {
      await rename(`${repo}/blobs/tmp/${file}`, `${repo}/blobs/${blob}`);
      await symlink(`../../blobs/${blob}`, `${snapshot}/${file}`);
    }
    await text(`${repo}/refs/main`, "0123abc\n");
    const options = { hubCache: at("hub") };
    for (const path of [repo, snapshot, "org/name"]) {
      const checkpoint = await openCheckpoint(path, options);
      expect(checkpoint.folder).toBe(snapshot);
      await checkpoint.source.close();
    }
    const byCommit = await openCheckpoint("org/name", { ...options, revision: "0123abc" });
    await byCommit.source.close();
    expect((await failure(openCheckpoint("org/name", { ...options, revision: "v2" }))).message).toBe(
      `${repo}: no snapshot of revision "v2"; there are "0123abc". Download it (engine pull org/name --revision v2), or give a snapshot's folder.`,
    );
  });

  it("says what it looked for when there is nothing", async () => {
    const path = await failure(openCheckpoint(at("nothing")));
    expect(path.code).toBe("missing-file");
    expect(path.message).toBe(
      `${at("nothing")}: no such file or folder; a model is a folder with config.json and .safetensors files, one .safetensors or .gguf file, or a hub id ("org/name"). Check the path.`,
    );
    const id = await failure(openCheckpoint("no-such-org/name", { hubCache: at("hub") }));
    expect(id.code).toBe("missing-file");
    expect(id.message).toBe(
      `no-such-org/name: no such file or folder, and not a downloaded hub model: looked for ${process.cwd()}/no-such-org/name and ${at("hub", "models--no-such-org--name")}. Download it first (engine pull no-such-org/name), or give the path of its folder.`,
    );
    expect((await failure(openCheckpoint(""))).code).toBe("bad-option");
  });

  it.each([
    ["pytorch_model.bin", "PyTorch (pickle) weights, which can run code when they are opened"],
    ["pytorch_model-00001-of-00002.bin", "PyTorch (pickle) weights, which can run code when they are opened"],
    ["model.onnx", "ONNX weights"],
    ["gemma.litertlm", "LiteRT weights"],
    ["tf_model.h5", "TensorFlow weights"],
    ["flax_model.msgpack", "Flax weights"],
  ])("names the format of %s", async (file, what) => {
    const folder = at(`only-${file}`);
    await text(`${folder}/${file}`, "x");
    await text(`${folder}/config.json`, {});
    for (const path of [folder, `${folder}/${file}`]) {
      const error = await failure(openCheckpoint(path));
      expect(error.code).toBe("unsupported");
      expect(error.message).toContain(`holds ${what}`);
      expect(error.message).toContain("safetensors");
    }
  });

  it("takes a GGUF file, or the one of a folder", async () => {
    const folder = at("gguf");
    await mkdir(folder);
    for (const name of ["model-q4.gguf", "mmproj-model.gguf"])
      await writeFile(join(folder, name), ggufBytes(SOUND));
    for (const path of [folder, join(folder, "model-q4.gguf")]) {
      const { gguf, source, config, configPath } = await openCheckpoint(path);
      expect([config, configPath]).toEqual([{}, join(folder, "model-q4.gguf")]);
      expect(gguf?.metadata.get("general.architecture")).toBe("toy");
      await source.close();
    }
    await writeFile(join(folder, "model-q8.gguf"), ggufBytes(SOUND));
    expect((await failure(openCheckpoint(folder))).message).toBe(
      `${folder}: holds 2 models in GGUF: "model-q4.gguf", "model-q8.gguf". Give the path of the one that is meant.`,
    );
  });

  it("says what a folder lacks", async () => {
    await weights(at("unconfigured", "model.safetensors"));
    expect((await failure(openCheckpoint(at("unconfigured")))).message).toBe(
      `${at("unconfigured")}: has no config.json (it holds "model.safetensors"). Give the folder of a whole model: config.json beside its .safetensors files.`,
    );
    await mkdir(at("void"));
    expect((await failure(openCheckpoint(at("void")))).message).toContain("has no config.json (it is empty)");
    await text(at("weightless", "config.json"), {});
    await text(at("weightless", "training_args.bin"), "x");
    expect((await failure(openCheckpoint(at("weightless")))).message).toBe(
      `${at("weightless")}: has a config.json but no weights: neither model.safetensors nor an index of shards. Download the weights too.`,
    );
    await text(at("other", "config.json"), {});
    await weights(at("other", "adapter_model.safetensors"));
    expect((await failure(openCheckpoint(at("other")))).message).toContain(
      'holds "adapter_model.safetensors" but no model.safetensors. Give the path of the file that is meant.',
    );
    await text(at("shards", "config.json"), {});
    await weights(at("shards", "model-00001-of-00002.safetensors"));
    expect((await failure(openCheckpoint(at("shards")))).message).toContain(
      "not model.safetensors.index.json. Download it too",
    );
    expect(
      (await failure(openCheckpoint(at("shards", "model-00001-of-00002.safetensors")))).message,
    ).toContain(`is one of 2 shards. Give the model's folder, ${at("shards")}.`);
    expect((await failure(openCheckpoint(at("other", "config.json")))).code).toBe("unsupported");
  });

  it("gives line and column of a broken config", async () => {
    await model(at("broken"));
    const broken = async (content: string) => {
      await text(at("broken", "config.json"), content);
      const error = await failure(openCheckpoint(at("broken")));
      expect(error.code).toBe("bad-config");
      return error.message.replace(at("broken"), "");
    };
    expect(await broken('{\n  "model_type": "llama",\n  "hidden_size": 64,\n}\n')).toBe(
      '/config.json:4:1: not valid JSON: a key in double quotes is expected, but "}" stands there. Correct the file, or download it again.',
    );
    expect(await broken("")).toBe(
      "/config.json:1:1: not valid JSON: the text ends where a value is expected. Correct the file, or download it again.",
    );
    expect(await broken("[]")).toBe(
      "/config.json: must hold a JSON object, but holds a list. Download the file again.",
    );
    await text(at("broken", "config.json"), '\ufeff{"model_type": "llama", "x": 1, "x": 2}');
    const kept = await openCheckpoint(at("broken"));
    expect(kept.config).toEqual({ model_type: "llama", x: 2 });
    await kept.source.close();
  });
});

const fixtures = fileURLToPath(new URL("../../../../shared", import.meta.url));

describe.skipIf(!existsSync(fixtures))("real checkpoints of transformers (skipped without ../shared)", () => {
  it("opens them and reads every tensor", async () => {
    for (const [name, dtype] of [
      ["llama", "bf16"],
      ["chatglm2", "f16"],
    ] as const) {
      const checkpoint = await openCheckpoint(`${fixtures}/fixtures/models/${name}`);
      const { source } = checkpoint;
      const names = [...source.names()];
      expect(names.length).toBeGreaterThan(10);
      const tensors = await readSafetensors(source.files[0]!.path);
      for (const [tensor, { data, shape }] of tensors) {
        expect(source.describe(tensor)!.type).toBe(dtype);
        expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
        expect(
          data.every((value) => Number.isFinite(value)),
          tensor,
        ).toBe(true);
      }
      expect(checkpoint.generationConfig.eosTokenIds.length).toBeGreaterThan(0);
      await source.close();
    }
  });

  it("gives one model the same values from f32, and from f16 and bf16 up to their rounding", async () => {
    const folder = `${fixtures}/models/stories260K`;
    const [f32, f16, bf16] = await Promise.all(
      ["hf-f32", "hf-f16", "hf-bf16"].map((name) => readSafetensors(`${folder}/${name}`)),
    );
    expect(f32!.size).toBeGreaterThan(10);
    // Half a unit in the last place of 11 and of 8 bits, plus f16's smallest step near zero.
    const within = (a: number, b: number, bits: number) =>
      Math.abs(a - b) <= Math.abs(b) * 2 ** -bits + 2 ** -25;
    for (const [name, { data }] of f32!) {
      const values = data as Float32Array;
      const [half, brain] = [f16!.get(name)!.data, bf16!.get(name)!.data] as Float32Array[];
      expect(
        values.every((value, i) => within(half![i]!, value, 11)),
        name,
      ).toBe(true);
      expect(
        values.every((value, i) => within(brain![i]!, value, 8)),
        name,
      ).toBe(true);
      expect(
        values.every((value, i) => value === brain![i]),
        `${name} is rounded at all`,
      ).toBe(false);
    }
  });
});
