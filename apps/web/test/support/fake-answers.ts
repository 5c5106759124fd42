import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { json } from "./fake-server.ts";
import { SHOWCASE } from "./showcase.ts";

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

type Delta = Readonly<Record<string, unknown>>;

let served = 0;

/** What the fake model says depends on a word in the last message. */
export async function fakeAnswer(body: Body, response: ServerResponse): Promise<void> {
  const question = body.messages.at(-1)?.content ?? "";
  served += 1;
  if (question.includes("too long")) {
    const error = { message: "The prompt has 9000 tokens.", code: "context_length_exceeded" };
    return json(response, 400, { error });
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (data: object | string): boolean =>
    !response.destroyed &&
    response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  const delta = (one: Delta) => send({ choices: [{ index: 0, delta: one, finish_reason: null }] });
  delta({ role: "assistant", content: "" });

  if (question.includes("breaks")) {
    delta({ content: "Half of an" });
    await wait(50);
    response.destroy();
    return;
  }
  if (question.includes("fails")) {
    delta({ content: "Before it" });
    send({ error: { message: "The KV cache ran out of blocks; ask for less.", code: "out_of_memory" } });
    response.end();
    return;
  }
  for (const one of deltas(question, body.messages.length)) {
    if (response.destroyed) return;
    delta(one);
    await wait(question.includes("slow") ? 40 : 3);
  }
  const words = 40;
  send({
    choices: [{ index: 0, delta: {}, finish_reason: question.includes("cut") ? "length" : "stop" }],
    timings: { ttftMs: 312.4, promptTokensPerSecond: 812.5, tokensPerSecond: 23.4 },
  });
  send({
    choices: [],
    usage: {
      prompt_tokens: question.includes("full") ? 3800 : 120,
      completion_tokens: words,
      prompt_tokens_details: { cached_tokens: 64 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  });
  send("[DONE]");
  response.end();
}

function* deltas(question: string, messages: number): Generator<Delta> {
  if (question.includes("think")) {
    yield* words("The user wants a number. Sevens are liked; so is 42.", "reasoning_content");
  }
  if (question.includes("tool")) {
    const call = (piece: object) => ({ tool_calls: [{ index: 0, ...piece }] });
    yield call({ id: "call_1", type: "function", function: { name: "weather", arguments: "" } });
    yield call({ function: { arguments: '{"city":' } });
    yield call({ function: { arguments: '"Seoul"}' } });
    return;
  }
  if (question.includes("slow")) yield* words("word ".repeat(400));
  else if (question.includes("showcase")) yield* words(SHOWCASE);
  else if (question.includes("evil")) yield* words(EVIL);
  else yield* words(`Answer ${served} to “${question}”, message ${messages}.`);
}

function* words(text: string, field = "content"): Generator<Delta> {
  for (const word of text.match(/\s*\S+\s*/g) ?? []) yield { [field]: word };
}

const EVIL = `<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>

[click](javascript:window.hacked=1) [data](data:text/html,<script>window.hacked=1</script>)

![pixel](https://tracker.example/pixel.png)

<a href="javascript:window.hacked=1">raw</a>

END`;
