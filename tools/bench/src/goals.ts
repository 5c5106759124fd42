/**
 * What decode and prefill shall be, as a ratio to llama.cpp's at 2 threads; or the share of the limit that counts as
 * reached: 0.9 of what memory brings (0.85 for K types), half of what the processor multiplies.
 */
export interface Goal {
  readonly decode: number;
  readonly prefill: number;
  readonly readShare: number;
  readonly multiplyShare: number;
}

const COMMON = { q4_0: [1.45, 5], q4_k_m: [2, 5], q8_0: [1.15, 5], bf16: [1.5, 12], f16: [1.2, 10] } as const;
const IN_CACHE = { q4_0: [1.6, 5], q8_0: [1.6, 5] } as const;
const MOST_LAYERS_SKIPPED = { q4_0: [1.3, 14] } as const;
/** At one thread any decode ratio shall be at least this. */
const ONE_THREAD = 1.1;

const MODELS: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  "llama-3.2-1b": COMMON,
  "qwen3-0.6b": COMMON,
  "smollm2-135m": IN_CACHE,
  "gemma-4-e2b": MOST_LAYERS_SKIPPED,
  "gemma-3n-e2b": MOST_LAYERS_SKIPPED,
};

/** The goal for a file named MODEL-TYPE.gguf, as make-gguf writes them; undefined where none was set. */
export function goalOf(file: string, threads: number): Goal | undefined {
  const [, model = "", type = ""] = /^(.*)-([a-z0-9_]+)\.gguf$/.exec(file) ?? [];
  const ratios = MODELS[model]?.[type];
  if (!ratios) return undefined;
  return {
    decode: threads === 1 ? Math.min(ONE_THREAD, ratios[0]) : ratios[0],
    prefill: ratios[1],
    readShare: type === "q4_k_m" ? 0.85 : 0.9,
    multiplyShare: 0.5,
  };
}
