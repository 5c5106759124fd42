import { baichuan } from "@engine/arch-baichuan";
import { chatglm, glm } from "@engine/arch-chatglm";
import { gemma3, gemma3n } from "@engine/arch-gemma3n";
import { gemma4 } from "@engine/arch-gemma4";
import { internlm, internlm2 } from "@engine/arch-internlm";
import { llama } from "@engine/arch-llama";
import { mixtral } from "@engine/arch-mixtral";
import { qwen, qwenNext } from "@engine/arch-qwen";
import { Registry } from "@engine/auto";

/** A new registry with the engine's own model families. */
export function registry(): Registry {
  return new Registry([
    llama,
    qwen,
    qwenNext,
    gemma4,
    gemma3n,
    gemma3,
    mixtral,
    chatglm,
    glm,
    baichuan,
    internlm,
    internlm2,
  ]);
}
