import { Gauge, type Registry } from "prom-client";
import type { ModelPool } from "../models/model-pool.ts";
import type { ModelSlot } from "../models/model-slot.ts";

/** A gauge of each loaded model, under our name and under the one the Gateway API Inference Extension asks for. */
interface ModelGauge {
  readonly name: string;
  readonly alias?: string;
  readonly help: string;
  readonly read: (slot: ModelSlot) => number;
}

const GAUGES: readonly ModelGauge[] = [
  {
    name: "engine_requests_running",
    alias: "vllm:num_requests_running",
    help: "Answers the model works on",
    read: (slot) => slot.seats.taken,
  },
  {
    name: "engine_requests_waiting",
    alias: "vllm:num_requests_waiting",
    help: "Answers that wait for the model",
    read: (slot) => slot.seats.waiting,
  },
  {
    name: "engine_kv_cache_usage_ratio",
    alias: "vllm:kv_cache_usage_perc",
    help: "Share of the key-value memory that is taken, 0 to 1",
    read: (slot) => slot.seats.taken / Math.max(1, slot.model?.state.sessions ?? 1),
  },
  {
    name: "engine_model_memory_bytes",
    help: "Memory of the model: weights, and its key-value blocks",
    read: (slot) => slot.bytes,
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
          for (const slot of pool.slots) if (slot.model) this.set({ [label]: slot.source.id }, read(slot));
        },
      });
    }
  }
  new Gauge({
    name: "engine_memory_budget_bytes",
    help: "What all models together may take",
    registers: [registry],
    collect() {
      this.set(pool.budget);
    },
  });
}
