import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { backends, registry } from "@engine/engine";
import { serve } from "@engine/server";
import { argumentsOf, misused } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/event-loop.js FOLDER [STREAMS]
How late a server's event loop comes while it answers STREAMS (32) clients, who run in a thread of their own.
FOLDER: a model with its tokenizer; "make-model.js wide-10m FOLDER" with Qwen's tokenizer.json beside it has a large one`;

const RESOLUTION_MS = 1;
const TOKENS = 80;

interface Phase {
  readonly name: string;
  /** Held to a schema of its own each time, so that each is compiled anew. */
  readonly schemas: number;
}

const PHASES: readonly Phase[] = [
  { name: "free text (warming up)", schemas: 0 },
  { name: "free text", schemas: 0 },
  { name: "one answer is the first to be held to a schema", schemas: 1 },
  { name: "half of the answers, each to a schema of its own", schemas: 0.5 },
  { name: "all of them, each to a schema of its own", schemas: Number.POSITIVE_INFINITY },
];

async function main(): Promise<void> {
  const [folder, streams = "32"] = argumentsOf(USAGE, {}).positionals;
  if (!folder || !(Number(streams) >= 1)) misused(USAGE);
  const count = Number(streams);
  await using server = await serve({
    port: 0,
    models: [{ id: "m", path: folder, plainChat: true }],
    loading: { registry: registry(), backend: backends(), context: 512, sessions: count },
    hubCache: false,
  });
  await server.ready;
  const crowd = new Worker(fileURLToPath(import.meta.url), { workerData: { url: server.url, count } });
  console.log("| answers at once | what they are | p50 ms | p99 ms | longest ms | tokens/s |\n|-|-|-|-|-|-|");
  for (const [round, { name, schemas }] of PHASES.entries()) {
    const held = schemas < 1 ? Math.floor(count * schemas) : Math.min(schemas, count);
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delay.enable();
    const start = performance.now();
    crowd.postMessage({ round, held });
    const [tokens] = (await once(crowd, "message")) as [number];
    const rate = tokens / ((performance.now() - start) / 1000);
    delay.disable();
    const late = (ns: number): string => Math.max(0, ns / 1e6 - RESOLUTION_MS).toFixed(1);
    const cells = [late(delay.percentile(50)), late(delay.percentile(99)), late(delay.max), rate.toFixed(0)];
    console.log(`| ${count} | ${name} | ${cells.join(" | ")} |`);
    await sleep(200);
  }
  await crowd.terminate();
}

/** The clients' thread: all answers of a round at once, streamed. */
function clients({ url, count }: { readonly url: string; readonly count: number }): void {
  const one = async (round: number, who: number, held: boolean): Promise<number> => {
    const schema = {
      type: "object",
      properties: { [`name${round}_${who}`]: { type: "string" }, age: { type: "integer" } },
      required: [`name${round}_${who}`],
    };
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({
        model: "m",
        messages: [{ role: "user", content: `Story ${round} of ${who}` }],
        max_tokens: TOKENS,
        stream: true,
        seed: who,
        temperature: 1,
        ...(held && { response_format: { type: "json_schema", json_schema: { name: "a", schema } } }),
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return Number(/"completionTokens":(\d+)/.exec(text)?.[1] ?? 0);
  };
  parentPort!.on("message", async ({ round, held }: { readonly round: number; readonly held: number }) => {
    const all = Array.from({ length: count }, (_, who) => one(round, who, who < held));
    const tokens = await Promise.all(all);
    parentPort!.postMessage(tokens.reduce((sum, one) => sum + one, 0));
  });
}

if (isMainThread) await main();
else clients(workerData);
