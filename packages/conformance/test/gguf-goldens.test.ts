import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cpuSimd } from "@engine/backend-cpu-simd";
import { reference } from "@engine/backend-reference";
import { ggufFacts, openGguf } from "@engine/loader";
import { afterAll, describe, expect, test } from "vitest";
import { applyDelta, testGguf } from "../src/index.ts";
import { families, goldens } from "./families.ts";

const deltas = fileURLToPath(new URL("../gguf/", import.meta.url));
/** Ignored by git. */
const folder = fileURLToPath(new URL("../build/gguf/", import.meta.url));

/** What the format has no key for: these models are read as if their config.json had no such key either. */
const LOST: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  internlm2: { rope_scaling: null },
  llama_dynamic: { rope_scaling: null, rope_parameters: { rope_type: "default", rope_theta: 10_000 } },
  mistral: { sliding_window: null },
  qwen2_swa: { use_sliding_window: false },
};

mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = readdirSync(deltas).map((file) => file.replace(/\.delta$/, ""));

for (const { architecture, name, folder: golden } of goldens()) {
  if (!written.includes(name)) continue;
  const parts = readdirSync(golden).filter((file) => /^model.*\.safetensors$/.test(file));
  const file = `${folder}${name}.gguf`;
  writeFileSync(
    file,
    applyDelta(
      `${deltas}${name}.delta`,
      parts.toSorted().map((part) => `${golden}/${part}`),
    ),
  );
  describe(name, () => {
    test("is claimed by one family", async () => {
      const gguf = await openGguf(file);
      const facts = ggufFacts(gguf);
      const claims = families.filter(
        ({ gguf }) => gguf?.architectures.includes(facts.name) && (gguf.reads?.(facts) ?? true),
      );
      // llama.cpp writes InternLM 3 as a Llama.
      expect(claims.map((family) => family.name)).toEqual([
        name === "internlm3" ? "llama" : architecture.name,
      ]);
      await gguf.close();
    });
    const lost = LOST[name] && { lost: LOST[name] };
    for (const backend of [reference, cpuSimd])
      testGguf(architecture, golden, file, { backend, threads: 1, ...lost });
  });
}
