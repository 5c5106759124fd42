import {
  type CompileOptions,
  checkCacheDType,
  type Device,
  EngineError,
  type Graph,
  type OpCall,
  type Program,
  type WeightSource,
} from "@engine/core";
import { cacheSpecs } from "./cache-specs.ts";
import { planMemory } from "./memory-plan.ts";
import { decompose } from "./passes/decompose.ts";
import { fuse } from "./passes/fuse.ts";
import { pushWanted } from "./passes/push-wanted.ts";
import { roundInputs } from "./passes/round-inputs.ts";
import { splitWeights } from "./passes/split-weights.ts";
import { keep, rewrite } from "./rewrite.ts";
import { stateSpecs } from "./state-specs.ts";
import { weightSchedule } from "./weight-schedule.ts";

/**
 * A captured graph as a program one device can run. Throws `unsupported` for an op the device does not take
 * and that has no definition, and for a weight row above its binding limit.
 */
export function compile(
  graph: Graph,
  source: Pick<WeightSource, "describe">,
  device: Pick<Device, "info" | "fused" | "supports">,
  options: CompileOptions,
): Program {
  for (const key of ["maxTokens", "maxRows", "maxSequences"] as const) {
    if (!Number.isSafeInteger(options[key]) || options[key] < 1) {
      throw new EngineError("bad-option", `${key} must be a whole number from 1, but is ${options[key]}.`);
    }
  }
  checkCacheDType(options.kv);
  const infinite = Number.POSITIVE_INFINITY;
  const maxBinding = Math.min(device.info.maxBinding ?? infinite, options.maxBinding ?? infinite);
  let lowered = pushWanted(graph);
  lowered = fuse(lowered, device.fused);
  if (maxBinding < infinite) lowered = splitWeights(lowered, source, maxBinding);
  const supported = (call: OpCall): boolean => device.supports(call);
  lowered = decompose(lowered, supported, device.info);
  if (options.activations === "bf16") lowered = decompose(roundInputs(lowered), supported, device.info);
  // Once more, to leave behind what the last pass made dead.
  lowered = rewrite(lowered, keep);
  const largest = { tokens: options.maxTokens, rows: options.maxRows, sequences: options.maxSequences };
  return {
    api: 1,
    options,
    graph: lowered,
    arena: planMemory(lowered, largest),
    weights: weightSchedule(lowered, source),
    caches: cacheSpecs(lowered, options.kv),
    states: stateSpecs(lowered),
    outputs: Object.fromEntries(Object.entries(lowered.outputs).map(([name, node]) => [name, node.shape])),
  };
}
