import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunningServer } from "@engine/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lacksProgram, replica } from "./replicas.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await replica();
});
afterAll(() => server?.close());

test("the manifest asks for what a server answers", async () => {
  const manifest = readFileSync(join(import.meta.dirname, "../kubernetes.yaml"), "utf8");
  const paths = [...manifest.matchAll(/\bpath: (\/\w+)/g)].map(([, path]) => path!);
  expect(new Set(paths)).toEqual(new Set(["/ready", "/health", "/metrics"]));
  for (const path of paths) expect((await fetch(server.url + path)).status, path).toBe(200);
});

/** What the endpoint picker of the inference gateway reads of a model server. */
const CONTRACT = [
  "vllm:num_requests_waiting",
  "vllm:num_requests_running",
  "vllm:kv_cache_usage_perc",
  "vllm:cache_config_info",
];

test("the gauges of the gateway's contract move with the work", async () => {
  const read = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const gauge = (name: string) => Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, "m").exec(text)?.[1]);
    return { text, values: CONTRACT.map(gauge) };
  };
  const { text, values } = await read();
  for (const name of CONTRACT) expect(text).toContain(`# TYPE ${name} gauge`);
  expect(values[1]).toBe(0);
  const abort = new AbortController();
  const asked = Array.from({ length: 4 }, (_, seed) =>
    fetch(`${server.url}/v1/completions`, {
      method: "POST",
      signal: abort.signal,
      body: JSON.stringify({ model: "demo", prompt: "Once", max_tokens: 400, seed, temperature: 1 }),
    }).catch(() => undefined),
  );
  await expect.poll(async () => (await read()).values[1], { interval: 20 }).toBeGreaterThan(0);
  const busy = await read();
  expect(busy.values[2]).toBeGreaterThanOrEqual(0);
  expect(busy.values[2]).toBeLessThanOrEqual(1);
  abort.abort();
  await Promise.all(asked);
  await expect.poll(async () => (await read()).values[1]).toBe(0);
});

const reason = lacksProgram("promtool");
test.skipIf(reason)(`promtool reads the metrics${reason ? ` (skipped: ${reason})` : ""}`, async () => {
  const input = await (await fetch(`${server.url}/metrics`)).text();
  const { stderr, stdout } = spawnSync("promtool", ["check", "metrics"], { input, encoding: "utf8" });
  const complaints = `${stderr}${stdout}`.split("\n").filter((line) => line.trim() !== "");
  // The gateway's own names have a colon, which promtool keeps for rules.
  expect(complaints.filter((line) => !line.startsWith("vllm:"))).toEqual([]);
});
