import { llama } from "@engine/arch-llama";
import { Registry } from "@engine/auto";

/** A new registry with the engine's own model families. */
export function registry(): Registry {
  return new Registry([llama]);
}
