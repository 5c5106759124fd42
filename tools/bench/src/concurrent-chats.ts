import { load } from "@engine/engine";
import { median } from "./median.ts";
import { argumentsOf, misused } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/concurrent-chats.js FOLDER [ROUNDS] [THREADS]
FOLDER: any model; its prompts are token ids, so it needs no tokenizer`;

const CROWDS = [1, 2, 4, 8, 16, 32] as const;
const PROMPT = 48;
const ANSWER = 64;

interface Turn {
  /** Tokens a second, of all answers together. */
  readonly rate: number;
  /** Milliseconds of processor time for each token, of all threads: a busy machine changes it less. */
  readonly work: number;
  /** Milliseconds to the first token of each answer. */
  readonly firsts: readonly number[];
}

/** So many answers at once, each with a prompt of its own after a common beginning. */
async function turn(model: Awaited<ReturnType<typeof load>>, crowd: number, salt: number): Promise<Turn> {
  const id = (seed: number): number => 5 + ((seed * 2654435761) % (model.vocab - 5));
  const ends = model.generationConfig.eosTokenIds;
  const logitBias = Object.fromEntries(ends.map((end) => [end, Number.NEGATIVE_INFINITY]));
  const [start, before] = [performance.now(), process.cpuUsage()];
  const results = await Promise.all(
    Array.from({ length: crowd }, (_, who) => {
      const prompt = Array.from({ length: PROMPT }, (_, i) =>
        id(i < PROMPT / 2 ? i : i + 1000 * (salt * 64 + who)),
      );
      return model.generate(prompt, { maxTokens: ANSWER, logitBias, seed: who, temperature: 1 }).result;
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const tokens = results.reduce((sum, { usage }) => sum + usage.completionTokens, 0);
  const { user, system } = process.cpuUsage(before);
  const work = (user + system) / 1000 / tokens;
  return { rate: tokens / seconds, work, firsts: results.map(({ timings }) => timings.ttftMs) };
}

async function main(): Promise<void> {
  const [folder, rounds = "5", threads] = argumentsOf(USAGE, {}).positionals;
  if (!folder || !(Number(rounds) >= 1)) misused(USAGE);
  await using model = await load(folder, {
    context: 256,
    sessions: 16,
    ...(threads && { threads: Number(threads) }),
  });
  const turns = new Map<number, Turn[]>(CROWDS.map((crowd) => [crowd, []]));
  for (let round = -1; round < Number(rounds); round++) {
    // Sizes in turns, so that a slow minute of the machine hits them all; the first turn only warms up.
    for (const crowd of CROWDS) {
      const measured = await turn(model, crowd, round + 1);
      if (round >= 0) turns.get(crowd)!.push(measured);
    }
  }
  console.log(
    `${model.device.name}; medians of ${rounds} turns, prompts of ${PROMPT} tokens, answers of ${ANSWER}`,
  );
  console.log(
    "| at once | tokens/s | against 1 | CPU ms/token | first token p50 ms | p95 ms |\n|-|-|-|-|-|-|",
  );
  const alone = median(turns.get(1)!.map(({ rate }) => rate));
  for (const [crowd, measured] of turns) {
    const rate = median(measured.map((one) => one.rate));
    const firsts = measured.flatMap((one) => one.firsts);
    const times = [median(firsts), median(firsts, 0.95)].map((ms) => ms.toFixed(0));
    const work = median(measured.map((one) => one.work)).toFixed(2);
    console.log(
      `| ${crowd} | ${rate.toFixed(0)} | ${(rate / alone).toFixed(2)} | ${work} | ${times.join(" | ")} |`,
    );
  }
}

await main();
