import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { pick } from "./random.ts";

export interface Question {
  readonly prompt: string;
  readonly max_tokens: number;
  readonly temperature: number;
  readonly seed: number;
}

const BEGINNINGS = [
  "Once upon a time",
  "A little fox named Pip",
  "There was once",
  "One sunny morning, a",
  "In a small village",
];

/** A few questions, so that each can be asked alone first. */
export function questions(random: () => number): Question[] {
  return Array.from({ length: 12 }, () => ({
    prompt: pick(random, BEGINNINGS),
    max_tokens: 4 + Math.floor(random() * 20),
    temperature: pick(random, [0, 0.8, 1.2]),
    seed: Math.floor(random() * 1000),
  }));
}

/** One client's doing: the text it was told, or the status it got; "gone" where it left before the end. */
export type Behaviour = (url: string, question: Question, random: () => number) => Promise<string>;

const post = (url: string, body: unknown, signal?: AbortSignal) =>
  fetch(`${url}/v1/completions`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });

export const whole: Behaviour = async (url, question) => {
  const answer = (await (await post(url, question)).json()) as { choices: { text: string }[] };
  return answer.choices[0]!.text;
};

export const streamed: Behaviour = async (url, question) =>
  textOf(await (await post(url, { ...question, stream: true })).text());

/** Leaves after the first pieces. */
export const cancelled: Behaviour = async (url, question, random) => {
  const abort = new AbortController();
  const response = await post(url, { ...question, max_tokens: 400, stream: true }, abort.signal);
  const reader = response.body!.getReader();
  for (let pieces = Math.floor(random() * 4); pieces >= 0; pieces--) await reader.read();
  abort.abort();
  return "gone";
};

/** Ends the connection in the middle of its own request, or while it waits. */
export const disconnected: Behaviour = async (url, question, random) => {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ ...question, max_tokens: 400 });
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const sent = random() < 0.5 ? body.slice(0, 10) : body;
  socket.write(
    `POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${sent}`,
  );
  await sleep(random() * 50);
  socket.destroy();
  return "gone";
};

export const badJson: Behaviour = async (url, _, random) =>
  String(
    (await post(url, pick(random, ["{", "[1,", '{"prompt": "a"', "\u0000", '"a'])).then(drained)).status,
  );

export const oversized: Behaviour = async (url, question) =>
  String((await post(url, { ...question, prompt: question.prompt.repeat(400) }).then(drained)).status);

/** Takes a piece now and then. */
export const slow: Behaviour = async (url, question) => {
  const response = await post(url, { ...question, stream: true });
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    await sleep(10);
  }
  return textOf(text);
};

async function drained(response: Response): Promise<Response> {
  await response.text();
  return response;
}

function textOf(events: string): string {
  if (!events.endsWith("data: [DONE]\n\n")) return `broken off: ${events.slice(-200)}`;
  return events
    .split("\n\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => (JSON.parse(line.slice(6)) as { choices: { text: string }[] }).choices[0]!.text)
    .join("");
}
