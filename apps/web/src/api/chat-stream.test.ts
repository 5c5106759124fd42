import { describe, expect, it } from "vitest";
import { ApiError } from "./api-error.ts";
import { type ChatEvent, readChunk, streamChat } from "./chat-stream.ts";
import type { Http } from "./http.ts";

const request = { model: "m", messages: [{ role: "user", content: "hi" }], sampling: {} } as const;

function httpOf(...data: string[]): Http {
  return {
    json: () => Promise.reject(new Error("not asked for")),
    async *events() {
      for (const one of data) yield { event: undefined, data: one };
    },
  };
}

async function collect(...data: string[]): Promise<ChatEvent[]> {
  const found: ChatEvent[] = [];
  for await (const event of streamChat(httpOf(...data), request, new AbortController().signal))
    found.push(event);
  return found;
}

const chunk = (choice: object, rest: object = {}) => JSON.stringify({ choices: [choice], ...rest });

it("gives thoughts, text, the reason of the end, timings and usage in the order they come", async () => {
  const events = await collect(
    chunk({ delta: { role: "assistant", content: "" } }),
    chunk({ delta: { reasoning_content: "hm" } }),
    chunk({ delta: { content: "Hello" } }),
    chunk({ delta: {}, finish_reason: "stop" }, { timings: { ttftMs: 41.2, tokensPerSecond: 33.1 } }),
    JSON.stringify({
      choices: [],
      usage: { prompt_tokens: 12, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 8 } },
    }),
    "[DONE]",
    chunk({ delta: { content: "after the end" } }),
  );
  expect(events).toEqual([
    { type: "reasoning", text: "hm" },
    { type: "text", text: "Hello" },
    { type: "finish", reason: "stop" },
    { type: "timings", timings: { ttftMs: 41.2, tokensPerSecond: 33.1 } },
    { type: "usage", usage: { promptTokens: 12, completionTokens: 3, reasoningTokens: 0, cachedTokens: 8 } },
  ]);
});

it("gives the pieces of tool calls with their place", () => {
  const call = { index: 1, id: "c", function: { name: "f", arguments: "{" } };
  expect([
    ...readChunk(chunk({ delta: { tool_calls: [call, { index: 1, function: { arguments: "}" } }] } })),
  ]).toEqual([
    { type: "tool-call", index: 1, id: "c", name: "f", arguments: "{" },
    { type: "tool-call", index: 1, id: undefined, name: undefined, arguments: "}" },
  ]);
});

it("tells a stream that ends before the answer as a lost connection", async () => {
  await expect(collect(chunk({ delta: { content: "Half" } }))).rejects.toMatchObject({ kind: "offline" });
});

it("is content with a stream that ends without [DONE] after the answer was whole", async () => {
  expect(await collect(chunk({ delta: {}, finish_reason: "length" }))).toEqual([
    { type: "finish", reason: "length" },
  ]);
});

describe("throws", () => {
  it("the server's error in the middle of a stream", async () => {
    const error = JSON.stringify({ error: { message: "Out of blocks.", code: "out_of_memory" } });
    await expect(collect(chunk({ delta: { content: "x" } }), error)).rejects.toMatchObject({
      kind: "told",
      message: "Out of blocks.",
    });
  });

  it.each([
    ["not JSON", "{nope"],
    ["no object", "7"],
    ["choices that are no list", '{"choices":{}}'],
    ["a delta that is no object", '{"choices":[{"delta":"text"}]}'],
  ])("unreadable for %s", (_, data) => {
    expect(() => [...readChunk(data)]).toThrow(ApiError);
    expect(() => [...readChunk(data)]).toThrow(expect.objectContaining({ kind: "unreadable" }));
  });
});
