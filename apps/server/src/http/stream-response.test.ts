import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ApiError } from "../errors/api-error.ts";
import { type StreamOptions, streamResponse } from "./stream-response.ts";

const options = (more: Partial<StreamOptions> = {}): StreamOptions => ({
  contentType: "text/event-stream",
  ping: ": ping\n\n",
  errorFrame: (error) => `error ${error.status}\n`,
  abort: new AbortController(),
  pingMs: 40,
  stallMs: 10_000,
  headMs: 20,
  ...more,
});

test("what fails before the first frame has a status of its own", async () => {
  async function* fails(): AsyncGenerator<string, void, undefined> {
    yield* [];
    throw new ApiError(404, "Not there.");
  }
  await expect(streamResponse(fails(), options())).rejects.toMatchObject({ status: 404 });
});

test("a slow start is begun without waiting, kept awake, and a late failure is told inside", async () => {
  async function* slow(): AsyncGenerator<string, void, undefined> {
    await sleep(150);
    yield "a";
    throw new ApiError(503, "Too late.");
  }
  const response = await streamResponse(slow(), options());
  const text = await response.text();
  expect(text).toMatch(/^(: ping\n\n)+a(: ping\n\n)*error 503\n$/);
});

test("a reader that goes away ends the work", async () => {
  let ended = false;
  const abort = new AbortController();
  async function* endless(): AsyncGenerator<string, void, undefined> {
    try {
      while (!abort.signal.aborted) {
        yield "a";
        await sleep(1);
      }
    } finally {
      ended = true;
    }
  }
  const response = await streamResponse(endless(), options({ abort }));
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  await expect.poll(() => ended).toBe(true);
});

test("a reader that takes nothing is dropped, one that is merely slow is not", async () => {
  const abort = new AbortController();
  async function* much(frames: number): AsyncGenerator<string, void, undefined> {
    for (let i = 0; i < frames && !abort.signal.aborted; i++) {
      yield "a".repeat(10_000);
      await sleep(5);
    }
  }
  const slow = await streamResponse(much(20), options({ abort, stallMs: 400 }));
  let length = 0;
  for await (const piece of slow.body as unknown as AsyncIterable<Uint8Array>) {
    length += piece.byteLength;
    await sleep(30);
  }
  expect(length).toBeGreaterThanOrEqual(200_000);
  // It must not end by itself before it is found to be stalled.
  const stalled = await streamResponse(much(Number.POSITIVE_INFINITY), options({ abort, stallMs: 100 }));
  await expect.poll(() => abort.signal.aborted, { timeout: 10_000 }).toBe(true);
  await expect(stalled.text()).rejects.toThrow("reads nothing");
}, 20_000);
