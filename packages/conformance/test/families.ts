import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { baichuan } from "@engine/arch-baichuan";
import { chatglm, glm } from "@engine/arch-chatglm";
import { gemma3, gemma3n } from "@engine/arch-gemma3n";
import { gemma4 } from "@engine/arch-gemma4";
import { internlm, internlm2 } from "@engine/arch-internlm";
import { llama } from "@engine/arch-llama";
import { mixtral } from "@engine/arch-mixtral";
import { qwen, qwenNext } from "@engine/arch-qwen";
import type { Architecture } from "@engine/core";

/** The engine's own families. */
export const families = [
  baichuan,
  chatglm,
  gemma3,
  gemma3n,
  gemma4,
  glm,
  internlm,
  internlm2,
  llama,
  mixtral,
  qwen,
  qwenNext,
] as readonly Architecture[];

/** The family that reads a `model_type` of config.json. */
export function architectureOf(modelType: string): Architecture {
  const found = families.find(({ modelTypes }) => modelTypes.includes(modelType));
  if (!found) throw new Error(`no family reads model_type "${modelType}"`);
  return found;
}

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** Every golden folder with the family that reads it. */
export function goldens(): {
  readonly architecture: Architecture;
  readonly name: string;
  readonly folder: string;
}[] {
  return readdirSync(fixtures).map((name) => {
    const folder = `${fixtures}${name}`;
    const config = JSON.parse(readFileSync(`${folder}/config.json`, "utf8")) as { model_type: string };
    return { architecture: architectureOf(config.model_type), name, folder };
  });
}
