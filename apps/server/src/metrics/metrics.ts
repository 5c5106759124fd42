import type { ChatEvent } from "@engine/auto";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ModelPool } from "../models/model-pool.ts";
import type { LoopDelayMeter } from "./loop-delay.ts";
import { addPoolGauges } from "./pool-gauges.ts";
import { RecentRate } from "./recent-rate.ts";

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const TOKEN_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** What is counted, for Prometheus and for the management. One for each server: nothing is global. */
export class Metrics {
  readonly registry = new Registry();
  readonly promptRate = new RecentRate(5);
  readonly tokenRate = new RecentRate(5);
  readonly #requests = this.#counter("engine_http_requests_total", "Requests answered", ["route", "status"]);
  readonly #seconds = this.#histogram(
    "engine_request_seconds",
    "Time from a request to its answer, to the beginning of it where it is streamed",
    SECONDS,
    "route",
  );
  readonly #first = this.#histogram(
    "engine_time_to_first_token_seconds",
    "Time from an answer's start to its first token, queueing included",
    SECONDS,
  );
  readonly #between = this.#histogram(
    "engine_inter_token_seconds",
    "Mean time between the tokens of an answer",
    TOKEN_SECONDS,
  );
  readonly #prompt = this.#counter("engine_prompt_tokens_total", "Prompt tokens, cached ones included", [
    "model",
  ]);
  readonly #cached = this.#counter(
    "engine_cached_prompt_tokens_total",
    "Prompt tokens that were read before",
    ["model"],
  );
  readonly #generated = this.#counter("engine_generated_tokens_total", "Tokens of answers", ["model"]);
  readonly #ends = this.#counter("engine_answers_total", "Answers by how they ended", ["model", "reason"]);

  constructor(pool: ModelPool, loopDelay: LoopDelayMeter) {
    addPoolGauges(this.registry, pool);
    new Gauge({
      name: "engine_event_loop_delay_seconds",
      help: "How late the event loop came, since the last scrape",
      labelNames: ["percentile"],
      registers: [this.registry],
      collect() {
        const { p50, p99 } = loopDelay.read();
        this.set({ percentile: "50" }, p50 / 1000);
        this.set({ percentile: "99" }, p99 / 1000);
        loopDelay.reset();
      },
    });
    new Gauge({
      name: "engine_resident_memory_bytes",
      help: "Memory of the process",
      registers: [this.registry],
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
  }

  /** A request has ended; `route` is its pattern, so that clients cannot make up labels. */
  request(route: string, status: number, ms: number): void {
    this.#requests.inc({ route, status: String(status) });
    this.#seconds.observe({ route }, ms / 1000);
  }

  /** Counts what passes. */
  async *watch<E extends ChatEvent & { readonly index: number }>(
    events: AsyncGenerator<E, void, undefined>,
    model: string,
  ): AsyncGenerator<E, void, undefined> {
    const begin = performance.now();
    const firsts = new Map<number, number>();
    for await (const event of events) {
      if (event.type !== "finish" && event.type !== "token") {
        this.tokenRate.add(1);
        if (!firsts.has(event.index)) {
          firsts.set(event.index, performance.now());
          this.#first.observe({ model }, (performance.now() - begin) / 1000);
        }
      } else if (event.type === "finish") this.#finished(event, model, firsts.get(event.index));
      yield event;
    }
  }

  #finished(event: ChatEvent & { type: "finish" }, model: string, first: number | undefined): void {
    const { usage, finishReason } = event;
    this.promptRate.add(usage.promptTokens - usage.cachedTokens);
    this.#prompt.inc({ model }, usage.promptTokens);
    this.#cached.inc({ model }, usage.cachedTokens);
    this.#generated.inc({ model }, usage.completionTokens);
    this.#ends.inc({ model, reason: finishReason });
    if (first === undefined || usage.completionTokens < 2) return;
    this.#between.observe({ model }, (performance.now() - first) / 1000 / (usage.completionTokens - 1));
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[], label = "model"): Histogram {
    return new Histogram({ name, help, buckets, labelNames: [label], registers: [this.registry] });
  }
}
