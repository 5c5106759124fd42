import type { GenerationConfig } from "../generation-config.ts";
import { isWhole } from "../safetensors-dtype.ts";
import type { GgufMetadata } from "./metadata.ts";

/** Ids that end an answer: of the text, of a turn, of a message. */
const ENDS = ["eos", "eot", "eom"].map((name) => `tokenizer.ggml.${name}_token_id`);

/** What a file's metadata suggest for generation. */
export function ggufGenerationConfig(metadata: GgufMetadata): GenerationConfig {
  const id = (name: string): number | undefined => whole(metadata.get(`tokenizer.ggml.${name}_token_id`));
  const number = (key: string): number | undefined => {
    const value = metadata.get(`general.sampling.${key}`);
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  };
  const ends = ENDS.map((key) => whole(metadata.get(key))).filter((end) => end !== undefined);
  const suppressed = metadata.get("tokenizer.ggml.suppress_tokens");
  const temperature = number("temp");
  return present({
    eosTokenIds: [...new Set(ends)],
    bosTokenId: id("bos"),
    padTokenId: id("padding"),
    // Files say how to draw only for models that are meant to.
    doSample: temperature === undefined ? undefined : temperature > 0,
    temperature: within(temperature, 0, Number.MAX_VALUE),
    topK: whole(number("top_k")),
    topP: within(number("top_p"), 0, 1),
    minP: within(number("min_p"), 0, 1),
    repetitionPenalty: within(number("penalty_repeat"), Number.MIN_VALUE, Number.MAX_VALUE),
    suppressTokens: Array.isArray(suppressed) && suppressed.every(isWhole) ? suppressed : undefined,
  });
}

function whole(value: unknown): number | undefined {
  return isWhole(value) ? value : undefined;
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

function present(members: Readonly<Partial<Record<keyof GenerationConfig, unknown>>>): GenerationConfig {
  const known = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as unknown as GenerationConfig;
}
