import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backends } from "@engine/engine";
import { writeSafetensors } from "@engine/loader";
import { afterAll, beforeAll, expect, test } from "vitest";

const HOOK = join(import.meta.dirname, "typescript-hook.mjs");
const MAIN = join(import.meta.dirname, "../src/main.ts");
/** Bytes a prediction may be off, or a twentieth of it. */
const SLACK = 40e6;
const MB = 1e6;
const CONTEXT = 288;
const [HIDDEN, INNER, LAYERS, VOCAB] = [1024, 4096, 4, 8192];

let folder = "";
beforeAll(async () => {
  folder = await zeros();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** A Llama of 168 MB of bf16 weights, all of them 0: where they live is all that is asked. */
async function zeros(): Promise<string> {
  const path = mkdtempSync(join(tmpdir(), "engine-memory-"));
  const config = {
    model_type: "llama",
    hidden_size: HIDDEN,
    intermediate_size: INNER,
    num_hidden_layers: LAYERS,
    num_attention_heads: 16,
    num_key_value_heads: 4,
    vocab_size: VOCAB,
    max_position_embeddings: 4096,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: false,
  };
  writeFileSync(join(path, "config.json"), JSON.stringify(config));
  const shapes: [string, number[]][] = [
    ["model.embed_tokens", [VOCAB, HIDDEN]],
    ["model.norm", [HIDDEN]],
    ["lm_head", [VOCAB, HIDDEN]],
  ];
  for (let i = 0; i < LAYERS; i++) {
    const layer = `model.layers.${i}`;
    shapes.push(
      [`${layer}.input_layernorm`, [HIDDEN]],
      [`${layer}.post_attention_layernorm`, [HIDDEN]],
      [`${layer}.self_attn.q_proj`, [HIDDEN, HIDDEN]],
      [`${layer}.self_attn.k_proj`, [HIDDEN / 4, HIDDEN]],
      [`${layer}.self_attn.v_proj`, [HIDDEN / 4, HIDDEN]],
      [`${layer}.self_attn.o_proj`, [HIDDEN, HIDDEN]],
      [`${layer}.mlp.gate_proj`, [INNER, HIDDEN]],
      [`${layer}.mlp.up_proj`, [INNER, HIDDEN]],
      [`${layer}.mlp.down_proj`, [HIDDEN, INNER]],
    );
  }
  const tensors = shapes.map(([name, shape]) => ({
    name: `${name}.weight`,
    dtype: "bf16",
    shape,
    data: new Uint8Array(2 * shape.reduce((a, b) => a * b)),
  }));
  await writeSafetensors(join(path, "model.safetensors"), tensors);
  return path;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line as a process of its own, on the sources. `answering` is called when its first token is out. */
async function command(args: readonly string[], answering?: (child: ChildProcess) => void): Promise<Ended> {
  const child = spawn(process.execPath, ["--conditions=@engine/source", "--import", HOOK, MAIN, ...args]);
  let [out, err] = ["", ""];
  child.stdout.once("data", () => answering?.(child));
  child.stdout.on("data", (piece) => (out += piece));
  child.stderr.on("data", (piece) => (err += piece));
  return new Promise((done) => child.on("close", (code) => done({ code, out, err })));
}

/** The JSON a command prints. */
async function engine(...args: string[]): Promise<Record<string, never> & { memory: never }> {
  const { code, out, err } = await command(args);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out);
}

const COMMON = ["--context", String(CONTEXT), "--kv", "f32", "--backend", "cpu-simd", "--json"];
const measured = async (...flags: string[]): Promise<number> => {
  const sizes = ["--prompt-tokens", "256", "--gen-tokens", "32", "--runs", "1"];
  const report = await engine("bench", folder, ...COMMON, ...sizes, ...flags);
  return (report.memory as { peakRssBytes: number }).peakRssBytes;
};

const native = backends().find(({ name }) => name === "cpu-simd");
const missing = native ? native.unavailable() : "there is no native backend";

test.skipIf(missing)(
  `the process's peak is what inspect says before, wherever the weights live${missing ? ` (skipped: ${missing})` : ""}`,
  async () => {
    const budgets = [150 * MB, 200 * MB];
    const asked: Record<string, { peak: number; weights: { streamed: number } }>[] = [];
    for (const budget of budgets) {
      const { memory } = await engine("inspect", folder, ...COMMON, "--memory-budget", String(budget));
      asked.push(memory[0] as never);
    }
    const off = (peak: number, predicted: number): number =>
      Math.max(0, Math.abs(peak - predicted) - Math.max(SLACK, 0.05 * predicted));
    expect(off(await measured("--residency", "resident"), asked[0]!.resident!.peak)).toBe(0);
    expect(off(await measured("--residency", "mapped"), asked[0]!.mapped!.peak)).toBe(0);
    for (const [i, budget] of budgets.entries()) {
      const { peak, weights } = asked[i]!.budget!;
      expect(weights.streamed).toBeGreaterThan(10 * MB);
      expect(peak).toBeLessThanOrEqual(budget);
      expect(off(await measured("--memory-budget", String(budget)), peak)).toBe(0);
    }
  },
  240_000,
);

const STREAMED = [
  "--memory-budget",
  "180000000",
  "--context",
  "2000",
  "--backend",
  "cpu-simd",
  "--kv",
  "int8",
];
const ENDLESS = ["run", "--token-ids", "1,2,3", "--ignore-eos", "--max-tokens", "1500", ...STREAMED];

test.skipIf(missing)(
  "an answer that streams its weights ends at SIGINT",
  async () => {
    const [verb, ...flags] = ENDLESS;
    const { code, out, err } = await command([verb!, folder, ...flags], (child) => child.kill("SIGINT"));
    expect([code, err]).toEqual([130, ""]);
    expect(out.split(",").length).toBeLessThan(1500);
  },
  120_000,
);

test.skipIf(missing)(
  "a file that is cut while it is read is named in one sentence",
  async () => {
    const [verb, ...flags] = ENDLESS;
    const file = join(folder, "model.safetensors");
    const { code, err } = await command([verb!, folder, ...flags], () => truncateSync(file, 50e6));
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .*model\.safetensors (was cut from|at byte) .*\n$/);
  },
  120_000,
);
