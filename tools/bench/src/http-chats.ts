import { median } from "./median.ts";
import { argumentsOf, misused } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/http-chats.js MODEL URL [URL…] [options]
Streams of many clients at once from servers with OpenAI's /v1/completions, ours and others', in turns; the first is
compared with the second. Prompts are token ids, so the model needs no real tokenizer; a URL is without /v1.
  --at-once 1,2,4,8,16,32   clients
  --rounds 3
  --prompt 48               tokens of a prompt, and
  --answer 48               of an answer
  --system 500              tokens of a common beginning, measured by itself; 0 leaves it out
  --seed 1                  another one for a server that has read these prompts already`;

/** As small as that of the demo model. */
const VOCAB = 2000;

/** Tokens of a prompt after the common beginning. */
const QUESTION = 16;

interface Answered {
  readonly tokens: number;
  /** Milliseconds to the first token, and to the end. */
  readonly first: number;
  readonly end: number;
}

interface Turn {
  /** Tokens a second of all answers, with the time of their prompts; and the sum of what each reader sees once it has begun. */
  readonly rate: number;
  readonly writing: number;
  readonly firsts: readonly number[];
}

/** Ids in the middle of the vocabulary; tokenizers keep special tokens at its beginning and end. */
const ids = (salt: number, length: number): number[] =>
  Array.from(
    { length },
    (_, i) => (VOCAB >> 2) + ((Math.imul(i + 1000 * salt, 0x9e3779b1) >>> 0) % (VOCAB >> 1)),
  );

async function ask(url: string, body: object): Promise<Answered> {
  const start = performance.now();
  const response = await fetch(`${url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      temperature: 0,
      ignore_eos: true,
      ...body,
      stream: true,
      stream_options: { include_usage: true },
    }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  let [text, first] = ["", 0];
  const decoder = new TextDecoder();
  for await (const piece of response.body!) {
    // Both kinds of server send something before the first token; a choice is in the first token's object.
    text += decoder.decode(piece as Uint8Array, { stream: true });
    if (first === 0 && text.includes('"choices":[{')) first = performance.now() - start;
  }
  const counts = [...text.matchAll(/"completion_tokens":(\d+)/g)];
  return { tokens: Number(counts.at(-1)?.[1] ?? 0), first, end: performance.now() - start };
}

async function turn(url: string, bodies: readonly object[]): Promise<Turn> {
  const start = performance.now();
  const all = await Promise.all(bodies.map((body) => ask(url, body)));
  const seconds = (performance.now() - start) / 1000;
  return {
    rate: all.reduce((sum, { tokens }) => sum + tokens, 0) / seconds,
    writing: all.reduce((sum, { tokens, first, end }) => sum + ((tokens - 1) * 1000) / (end - first), 0),
    firsts: all.map(({ first }) => first),
  };
}

const shown = (ms: number): string => ms.toFixed(0);

/** What a common beginning costs the first one, those after it, and several at once. */
async function system(
  url: string,
  { model, length, seed }: { readonly model: string; readonly length: number; readonly seed: number },
): Promise<string> {
  const body = (salt: number, who: number) => ({
    model,
    prompt: [...ids(seed * 1009 + salt, length), ...ids(50 + who, QUESTION)],
    max_tokens: 2,
  });
  const late: number[] = [];
  for (let who = 0; who < 3; who++) late.push((await ask(url, body(7, who))).first);
  const eight = Array.from({ length: 8 }, (_, who) => body(8, who));
  const last = Math.max(...(await turn(url, eight)).firsts);
  return `| ${url} | ${shown(late[0]!)} | ${shown(median(late.slice(1)))} | ${shown(last)} |`;
}

async function main(): Promise<void> {
  const { values, positionals } = argumentsOf(USAGE, {
    "at-once": { type: "string", default: "1,2,4,8,16,32" },
    rounds: { type: "string", default: "3" },
    prompt: { type: "string", default: "48" },
    answer: { type: "string", default: "48" },
    system: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
  });
  const [model, ...urls] = positionals;
  if (!model || urls.length === 0) misused(USAGE);
  const [rounds, prompt, answer, common] = [values.rounds, values.prompt, values.answer, values.system].map(
    Number,
  ) as [number, number, number, number];
  const sizes = values["at-once"].split(",").map(Number);
  const body = (salt: number) => ({ model, prompt: ids(salt, prompt), max_tokens: answer });
  for (const url of urls) await ask(url, body(1));
  const turns = new Map<string, Turn[]>();
  for (let round = 0; round < rounds; round++) {
    for (const size of sizes) {
      const salt = Number(values.seed) * 100_003 + (round * 64 + size) * 64;
      const bodies = Array.from({ length: size }, (_, who) => body(salt + who));
      for (const url of urls) {
        const key = `${url} ${size}`;
        turns.set(key, [...(turns.get(key) ?? []), await turn(url, bodies)]);
      }
    }
  }
  const of = (url: string, size: number, what: "rate" | "writing"): number[] =>
    turns.get(`${url} ${size}`)!.map((one) => one[what]);
  // Turns of one round met the same minute.
  const ratio = (all: readonly number[], to: readonly number[]): string =>
    median(all.map((one, round) => one / to[round]!)).toFixed(2);
  console.log(
    `prompts of ${prompt} tokens, answers of ${answer}, medians of ${rounds} turns; ratios within each`,
  );
  console.log(
    "| server | at once | tokens/s | against 1 | once begun | against 1 | first token p50 ms | p95 ms |\n|-|-|-|-|-|-|-|-|",
  );
  for (const url of urls) {
    for (const size of sizes) {
      const cells = (["rate", "writing"] as const).flatMap((what) => [
        median(of(url, size, what)).toFixed(1),
        ratio(of(url, size, what), of(url, sizes[0]!, what)),
      ]);
      const firsts = turns.get(`${url} ${size}`)!.flatMap((one) => one.firsts);
      const times = [0.5, 0.95].map((share) => shown(median(firsts, share)));
      console.log(`| ${url} | ${size} | ${cells.join(" | ")} | ${times.join(" | ")} |`);
    }
  }
  const other = urls[1];
  if (other) {
    const ratios = sizes.map(
      (size) => `${size}: ${ratio(of(urls[0]!, size, "rate"), of(other, size, "rate"))}`,
    );
    console.log(`\ntokens/s of the first against the second, at once ${ratios.join(", ")}`);
  }
  if (common === 0) return;
  console.log(
    `\nA beginning of ${common} tokens and ${QUESTION} more, ms to the first token:\n| server | first time | the next | 8 at once with a new one, the last |\n|-|-|-|-|`,
  );
  for (const url of urls)
    console.log(await system(url, { model, length: common, seed: Number(values.seed) }));
}

await main();
