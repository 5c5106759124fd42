const USAGE = `Usage: node tools/bench/dist/http-chats.js URL MODEL [ROUNDS] [CROWDS]
Streams of so many clients at once (1,2,4,8,16,32) from a server with OpenAI's /v1/completions, ours or another's.
Prompts are token ids, so the model needs no real tokenizer; URL is without /v1`;

const PROMPT = 48;
const ANSWER = 48;
const PREFIX = 500;

interface Answered {
  readonly tokens: number;
  /** Milliseconds to the first token. */
  readonly first: number;
}

const median = (values: readonly number[], share = 0.5): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

/** Ids above those that tokenizers keep for special tokens at the beginning. */
const id = (seed: number): number => 1000 + ((seed * 2654435761) % 20_000);

async function ask(url: string, body: object): Promise<Answered> {
  const start = performance.now();
  const response = await fetch(`${url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  let [text, first] = ["", 0];
  const decoder = new TextDecoder();
  for await (const piece of response.body!) {
    // Both kinds of server send something before the first token; a choice is in the first token's object.
    text += decoder.decode(piece as Uint8Array, { stream: true });
    if (first === 0 && text.includes('"choices":[{')) first = performance.now() - start;
  }
  const tokens = Number(
    text
      .match(/"completion_tokens":(\d+)/g)
      ?.at(-1)
      ?.split(":")[1] ?? 0,
  );
  return { tokens, first };
}

async function main(): Promise<void> {
  const [url, model, rounds = "3", crowds = "1,2,4,8,16,32"] = process.argv.slice(2);
  if (!url || !model) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const sizes = crowds.split(",").map(Number);
  const prompt = (salt: number, length: number) => Array.from({ length }, (_, i) => id(i + 1000 * salt));
  const body = (salt: number) => ({
    model,
    prompt: prompt(salt, PROMPT),
    max_tokens: ANSWER,
    temperature: 0,
    ignore_eos: true,
  });
  await ask(url, body(1));
  const rates = new Map<number, number[]>(sizes.map((size) => [size, []]));
  const firsts = new Map<number, number[]>(sizes.map((size) => [size, []]));
  for (let round = 0; round < Number(rounds); round++) {
    for (const size of sizes) {
      const start = performance.now();
      const salt = 100 + (round * 64 + size) * 64;
      const all = await Promise.all(Array.from({ length: size }, (_, who) => ask(url, body(salt + who))));
      const seconds = (performance.now() - start) / 1000;
      rates.get(size)!.push(all.reduce((sum, { tokens }) => sum + tokens, 0) / seconds);
      firsts.get(size)!.push(...all.map(({ first }) => first));
    }
  }
  console.log("| at once | tokens/s | against 1 | first token p50 ms | p95 ms |\n|-|-|-|-|-|");
  const alone = median(rates.get(sizes[0]!)!);
  for (const size of sizes) {
    const rate = median(rates.get(size)!);
    const times = [0.5, 0.95].map((share) => median(firsts.get(size)!, share).toFixed(0));
    console.log(`| ${size} | ${rate.toFixed(1)} | ${(rate / alone).toFixed(2)} | ${times.join(" | ")} |`);
  }
  const shared = prompt(7, PREFIX);
  const late: number[] = [];
  for (let who = 0; who < 3; who++) {
    const { first } = await ask(url, {
      ...body(0),
      prompt: [...shared, ...prompt(50 + who, 16)],
      max_tokens: 2,
    });
    late.push(first);
  }
  const rest = median(late.slice(1)).toFixed(0);
  console.log(
    `\nA prompt of ${PREFIX} tokens and 16 more: first token after ${late[0]!.toFixed(0)} ms; the next ones with the same beginning ${rest} ms.`,
  );
}

await main();
