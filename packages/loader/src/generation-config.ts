import { configReader, EngineError } from "@engine/core";
import { isObject, type JsonObject, readJsonObject } from "./read-json.ts";
import { isWhole } from "./safetensors-dtype.ts";
import { show } from "./show.ts";

/** What the checkpoint's author suggests for generation. A member is absent where the files say nothing. */
export interface GenerationConfig {
  /** Any of these ends the answer; empty when none is known. */
  readonly eosTokenIds: readonly number[];
  readonly bosTokenId?: number;
  readonly padTokenId?: number;
  readonly doSample?: boolean;
  readonly temperature?: number;
  /** 0 keeps all. */
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly suppressTokens?: readonly number[];
  readonly maxNewTokens?: number;
}

/**
 * Reads `generation_config.json` at `path`; null counts as absent. Special tokens it does not name come from
 * the model's config (top level, then `text_config`), as do all of them without a path. Throws `bad-config`
 * naming the file, the key and what stands there, or `missing-file`.
 */
export async function readGenerationConfig(
  path: string | undefined,
  model: { readonly config: unknown; readonly path: string },
): Promise<GenerationConfig> {
  const json =
    path === undefined ? {} : await readJsonObject(path, { code: "bad-config", duplicateKeys: "keep-last" });
  const sources = [{ json, where: path ?? model.path }, ...modelSections(model)];
  const ids = (key: string) => {
    for (const { json, where } of sources) {
      const found = tokenIds(json, key, where);
      if (found) return found;
    }
    return undefined;
  };
  const id = (key: string) => ids(key)?.[0];
  const where = path ?? model.path;
  const reader = configReader(json, where);
  const ranged = (key: string, kind: "int" | "float", range: string, accept: (value: number) => boolean) => {
    if (!reader.has(key)) return undefined;
    const value = reader[kind](key);
    if (accept(value)) return value;
    throw new EngineError(
      "bad-config",
      `${where}: "${key}" must be ${range}, but is ${value}. Correct or remove it.`,
    );
  };
  return present({
    eosTokenIds: ids("eos_token_id") ?? [],
    bosTokenId: id("bos_token_id"),
    padTokenId: id("pad_token_id"),
    doSample: reader.has("do_sample") ? reader.bool("do_sample") : undefined,
    temperature: ranged("temperature", "float", "0 or more", (value) => value >= 0),
    topK: ranged("top_k", "int", "0 or more", () => true),
    topP: ranged("top_p", "float", "between 0 and 1", (value) => value >= 0 && value <= 1),
    minP: ranged("min_p", "float", "between 0 and 1", (value) => value >= 0 && value <= 1),
    repetitionPenalty: ranged("repetition_penalty", "float", "above 0", (value) => value > 0),
    suppressTokens: tokenIds(json, "suppress_tokens", where),
    maxNewTokens: ranged("max_new_tokens", "int", "1 or more", (value) => value >= 1),
  });
}

function modelSections({
  config,
  path,
}: {
  config: unknown;
  path: string;
}): { json: JsonObject; where: string }[] {
  if (!isObject(config)) return [];
  const top = { json: config, where: path };
  return isObject(config.text_config)
    ? [top, { json: config.text_config, where: `${path}: text_config` }]
    : [top];
}

/** A token id or a list of them. Older checkpoints write -1 for "none". */
function tokenIds(json: JsonObject, key: string, where: string): number[] | undefined {
  const value = json[key] ?? undefined;
  if (value === undefined || value === -1) return undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.every(isWhole)) return list.length > 0 ? list : undefined;
  throw new EngineError(
    "bad-config",
    `${where}: "${key}" must be a token id or a list of them, but is ${show(value)}. Correct or remove it.`,
  );
}

/** The config without its undefined members, which exact optional types do not allow. */
function present(members: Readonly<Record<keyof GenerationConfig, unknown>>): GenerationConfig {
  const known = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as unknown as GenerationConfig;
}
