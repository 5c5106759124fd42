import { readFileSync } from "node:fs";
import { join } from "node:path";
import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { type Backend, type Device, EngineError } from "@engine/core";
import { describe, expect, test } from "vitest";
import { TINY, tinyFolder } from "../test/tiny-folder.ts";
import { AutoModel, type LoadOptions, Registry } from "./index.ts";

const golden: { readonly prompt_ids: number[]; readonly greedy_tokens: number[] } = JSON.parse(
  readFileSync(join(TINY, "golden.json"), "utf8"),
);
const base: LoadOptions = { registry: new Registry([llama]), backend: reference };

/** The reference backend, with the device it opened and whether it was closed. */
function watched(change: (device: Device) => void = () => {}) {
  const seen: { device?: Device; closed: boolean } = { closed: false };
  const backend: Backend = {
    ...reference,
    async open(options) {
      const device = await reference.open(options);
      const close = device.close.bind(device);
      device.close = async () => {
        seen.closed = true;
        await close();
      };
      change(device);
      seen.device = device;
      return device;
    },
  };
  return { backend, seen };
}

test("a folder in, transformers' own tokens out", async () => {
  await using model = await AutoModel.load(TINY, base);
  expect(model).toMatchObject({
    name: "llama",
    architecture: "llama",
    backend: "reference",
    context: 256,
    vocab: 256,
    notes: [],
  });
  expect(model.tokenizer).toBeUndefined();
  const result = await model.generate(golden.prompt_ids, { maxTokens: golden.greedy_tokens.length }).result;
  expect(result.tokens).toEqual(golden.greedy_tokens);
});

test("a model whose tokenizer is left out takes ids, and says why it takes no text", async () => {
  await using folder = await tinyFolder({ "tokenizer.json": { model: "broken" } });
  await using told = await AutoModel.load(folder.path, base);
  expect(told.notes.join()).toContain("tokenizer.json");
  await using model = await AutoModel.load(folder.path, { ...base, tokenizer: false });
  expect(model.notes).toEqual([]);
  expect((await model.generate(golden.prompt_ids, { maxTokens: 1 }).result).tokens).toEqual(
    golden.greedy_tokens.slice(0, 1),
  );
  await expect(model.generate("Hello").result).rejects.toThrow("was loaded without its tokenizer");
});

test("dispose gives everything back", async () => {
  const { backend, seen } = watched();
  const model = await AutoModel.load(TINY, { ...base, backend });
  expect(seen.device!.liveBytes()).toBeGreaterThan(0);
  await model.dispose();
  await model.dispose();
  expect(seen.device!.liveBytes()).toBe(0);
  expect(seen.closed).toBe(true);
  expect(() => model.generate([1])).toThrow("was disposed");
});

describe("a load that fails or is stopped gives everything back", () => {
  test.each<[string, (device: Device) => void, LoadOptions, string]>([
    [
      "weights",
      (device) => {
        device.weights = async () => Promise.reject(new EngineError("out-of-memory", "No room."));
      },
      {},
      "No room.",
    ],
    [
      "plan",
      (device) => {
        device.plan = async () => Promise.reject(new EngineError("backend-failed", "No plan."));
      },
      {},
      "No plan.",
    ],
    ["stopped", () => {}, { signal: AbortSignal.abort() }, "stopped"],
    ["context", () => {}, { context: -1 }, "context must be a whole number"],
  ])("%s", async (_, change, options, message) => {
    const { backend, seen } = watched(change);
    await expect(AutoModel.load(TINY, { ...base, backend, ...options })).rejects.toThrow(message);
    expect(seen.closed).toBe(true);
    expect(seen.device!.liveBytes()).toBe(0);
  });

  test("in the middle of the weights, with progress until then", async () => {
    const { backend, seen } = watched();
    const abort = new AbortController();
    const progress: [number, number, string][] = [];
    const onProgress = (done: number, total: number, what: string) => {
      progress.push([done, total, what]);
      if (progress.length === 3) abort.abort();
    };
    const loading = AutoModel.load(TINY, { ...base, backend, onProgress, signal: abort.signal });
    await expect(loading).rejects.toMatchObject({ code: "aborted" });
    expect(progress).toHaveLength(3);
    expect(progress[2]![0]).toBeGreaterThan(progress[0]![0]);
    expect(seen.device!.liveBytes()).toBe(0);
  });
});

describe("backends", () => {
  const missing: Backend = { ...reference, name: "fast", unavailable: () => "No fast part is built." };

  test("the first that runs here; what was passed over is noted", async () => {
    await using model = await AutoModel.load(TINY, { ...base, backend: [missing, reference] });
    expect(model.backend).toBe("reference");
    expect(model.notes).toEqual(['Running on "reference", not on "fast": No fast part is built.']);
  });

  test("one asked for by name says why it cannot", async () => {
    await expect(AutoModel.load(TINY, { ...base, backend: missing })).rejects.toMatchObject({
      code: "unknown-backend",
      message: 'Backend "fast" cannot run here: No fast part is built.',
    });
  });

  test("one that fails to open is passed over too", async () => {
    const broken: Backend = {
      ...reference,
      name: "broken",
      open: () => Promise.reject(new EngineError("backend-failed", "No driver.")),
    };
    await using model = await AutoModel.load(TINY, { ...base, backend: [broken, reference] });
    expect(model.notes).toEqual(['Running on "reference", not on "broken": No driver.']);
  });

  test("one that does not take the model is passed over too, and closed", async () => {
    const { backend, seen } = watched((device) => {
      device.supports = () => false;
    });
    const small = { ...backend, name: "small" };
    await using model = await AutoModel.load(TINY, { ...base, backend: [small, reference] });
    expect(model.notes[0]).toMatch(/^Running on "reference", not on "small": .*has no definition in others/);
    expect(seen.closed).toBe(true);
    await expect(AutoModel.load(TINY, { ...base, backend: small })).rejects.toMatchObject({
      code: "unsupported",
    });
  });

  test("none given, and one of another api level", async () => {
    await expect(AutoModel.load(TINY, { ...base, backend: [] })).rejects.toThrow("No backend was given");
    const next = { ...reference, api: 2 } as unknown as Backend;
    await expect(AutoModel.load(TINY, { ...base, backend: next })).rejects.toThrow("made for api level 2");
  });
});

test("a context beyond the model's is given; the default is the model's", async () => {
  await using model = await AutoModel.load(TINY, { ...base, context: 300, sessions: 1 });
  expect([model.context, model.state.sessions]).toEqual([300, 1]);
});

test("traces and logits", async () => {
  await using model = await AutoModel.load(TINY, { ...base, taps: "all" });
  const names = new Set<string>();
  let rows = 0;
  await model.logits(golden.prompt_ids, {
    onRow: () => rows++,
    taps: "all",
    onTap: (name) => names.add(name),
  });
  expect(rows).toBe(golden.prompt_ids.length);
  expect([...names].sort()).toEqual(["embed", "final", "layer0", "layer1", "layer2"]);
});

test("where memory is short the context is what fits, and the user is told", async () => {
  const { backend } = watched((device) => {
    Object.defineProperty(device, "info", { value: { ...device.info, memoryBytes: 500_000 } });
  });
  await using model = await AutoModel.load(TINY, { ...base, backend, kv: "f32" });
  // A quarter of it holds 162 tokens of 768 bytes, which is 5 blocks of 32.
  expect([model.context, model.state.sessions]).toEqual([160, 1]);
  expect(model.notes).toEqual([expect.stringContaining("The context is 160 tokens, not the model's 256")]);
  await using asked = await AutoModel.load(TINY, { ...base, backend, context: 200 });
  expect([asked.context, asked.notes]).toEqual([200, []]);
});
