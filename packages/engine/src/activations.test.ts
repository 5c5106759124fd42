import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compareModels, textPieces } from "@engine/auto";
import { cpuSimd } from "@engine/backend-cpu-simd";
import { expect, test } from "vitest";
import { load } from "./index.ts";

const shared = fileURLToPath(new URL("../../../../shared/", import.meta.url));
const text = `${shared}text/tinystories-v2-sample.txt`;
const absent = existsSync(text) ? cpuSimd.unavailable() : "no ../shared/text beside the repository";

const READ = { context: 512, split: "<|endoftext|>", chars: 40_000 };

// Over 300,000 characters: KL 2.4e-5, the same likeliest token at 99.74 %, perplexity 4.5029 instead of 4.5028.
test.skipIf(absent)(
  `activations in bf16 cost next to nothing${absent ? ` (skipped: ${absent})` : ""}`,
  async () => {
    const folder = `${shared}models/stories260K/hf-bf16`;
    const options = { backend: cpuSimd, maxRows: 128 } as const;
    await using exact = await load(folder, { ...options, activations: "f32" });
    await using rounded = await load(folder, { ...options, activations: "bf16" });
    const pieces = textPieces(readFileSync(text, "utf8"), exact.tokenizer!, READ);
    const { kl, topAgreement, perplexity, tokens } = await compareModels(exact, rounded, { pieces });
    expect(tokens).toBeGreaterThan(10_000);
    expect(kl.mean).toBeGreaterThan(0);
    expect(kl.mean).toBeLessThan(1e-4);
    expect(topAgreement).toBeGreaterThan(0.99);
    expect(Math.abs(perplexity[1] / perplexity[0] - 1)).toBeLessThan(1e-3);
  },
);
