import type { ModelStats } from "@engine/runtime";
import { Gauge, type Registry } from "prom-client";
import type { ModelPool } from "../models/model-pool.ts";
import type { ModelSlot } from "../models/model-slot.ts";

/** A gauge of each loaded model, under our name and under the one the Gateway API Inference Extension asks for. */
interface ModelGauge {
  readonly name: string;
  readonly alias?: string;
  readonly help: string;
  readonly read: (stats: ModelStats, slot: ModelSlot) => number;
}

const GAUGES: readonly ModelGauge[] = [
  {
    name: "engine_requests_running",
    alias: "vllm:num_requests_running",
    help: "Answers the model works on",
    read: ({ running }) => running,
  },
  {
    name: "engine_requests_waiting",
    alias: "vllm:num_requests_waiting",
    help: "Answers that wait for key-value blocks",
    read: ({ waiting }) => waiting,
  },
  {
    name: "engine_kv_cache_usage_ratio",
    alias: "vllm:kv_cache_usage_perc",
    help: "Share of the key-value blocks that are taken, 0 to 1",
    read: ({ blocks }) => (blocks.total === 0 ? 0 : blocks.used / blocks.total),
  },
  {
    name: "engine_prefix_shared_tokens",
    help: "Prompt tokens taken over from other texts since the load",
    read: ({ sharedTokens }) => sharedTokens,
  },
  {
    name: "engine_preemptions",
    help: "Answers that gave their blocks up and were computed again, since the load",
    read: ({ preemptions }) => preemptions,
  },
  {
    name: "engine_tokens_per_second",
    help: "Tokens generated in a second, over the last steps",
    read: ({ tokensPerSecond }) => tokensPerSecond,
  },
  {
    name: "engine_model_memory_bytes",
    help: "Memory of the model: weights, and its key-value blocks",
    read: (_, { bytes }) => bytes,
  },
];

/** Gauges that are read when they are asked for. */
export function addPoolGauges(registry: Registry, pool: ModelPool): void {
  for (const { name, alias, help, read } of GAUGES) {
    for (const [word, label] of [[name, "model"], ...(alias ? [[alias, "model_name"]] : [])] as [
      string,
      string,
    ][]) {
      new Gauge({
        name: word,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          this.reset();
          for (const slot of pool.slots)
            if (slot.model) this.set({ [label]: slot.source.id }, read(slot.model.stats(), slot));
        },
      });
    }
  }
  new Gauge({
    name: "vllm:cache_config_info",
    help: "Tokens of a key-value block, and how many blocks there are",
    labelNames: ["model_name", "block_size", "num_gpu_blocks"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { model, source } of pool.slots) {
        if (!model) continue;
        const { tokens, total } = model.stats().blocks;
        this.set({ model_name: source.id, block_size: tokens, num_gpu_blocks: total }, 1);
      }
    },
  });
  new Gauge({
    name: "engine_memory_budget_bytes",
    help: "What all models together may take",
    registers: [registry],
    collect() {
      this.set(pool.budget);
    },
  });
}
