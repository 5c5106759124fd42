import { type ConfigReader, configReader, type GgufReading, type WeightSource } from "@engine/core";
import { ggufFacts } from "./gguf-facts.ts";
import type { GgufSource } from "./open-gguf.ts";

/** A GGUF file as a family reads it. */
export interface ReadGguf {
  /** What config.json would say. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly config: ConfigReader;
  /** Weights under the family's names; closing it closes the file. */
  readonly source: WeightSource;
}

/** Throws what the family's `config` throws (`bad-config`, `unsupported`), or `bad-checkpoint`. */
export async function readGgufAs(reading: GgufReading, gguf: GgufSource): Promise<ReadGguf> {
  const json = await reading.config(ggufFacts(gguf));
  const config = configReader(json, `${gguf.files[0]!.path}: the config its metadata come to`);
  return { json, config, source: gguf.named(reading.names) };
}
