import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningServer } from "../src/index.ts";
import { demoServer } from "./demo-server.ts";
import { pick, randomOf } from "./random.ts";
import {
  type Behaviour,
  badJson,
  cancelled,
  disconnected,
  oversized,
  questions,
  slow,
  streamed,
  whole,
} from "./soak-requests.ts";

/** `pnpm soak` asks for many; every run of the tests for some. */
const REQUESTS = process.env.MODE === "soak" ? 2000 : 100;
const CLIENTS = 16;
const SEED = 20;

/** What clients do, how often, and the answer that is due; `text` is the one the question had alone. */
const BEHAVIOURS: readonly { readonly act: Behaviour; readonly share: number; readonly due: string }[] = [
  { act: whole, share: 5, due: "text" },
  { act: streamed, share: 5, due: "text" },
  { act: slow, share: 2, due: "text" },
  { act: cancelled, share: 3, due: "gone" },
  { act: disconnected, share: 2, due: "gone" },
  { act: badJson, share: 1, due: "400" },
  { act: oversized, share: 1, due: "400" },
];

let server: RunningServer;
beforeAll(async () => {
  server = await demoServer();
});
afterAll(() => server?.close());

interface Status {
  readonly requests: { readonly running: number; readonly waiting: number };
  readonly memory: { readonly rss: number };
}

test(`${REQUESTS} requests of all kinds: none lost, none mixed up, memory flat`, {
  timeout: 1_800_000,
}, async () => {
  const random = randomOf(SEED);
  const asked = questions(random);
  const alone = new Map<object, string>();
  for (const question of asked) alone.set(question, await whole(server.url, question, random));
  expect(new Set(alone.values()).size).toBeGreaterThan(6);
  const choices = BEHAVIOURS.flatMap((behaviour) => Array<typeof behaviour>(behaviour.share).fill(behaviour));
  const counts: Record<string, number> = {};
  const memory: number[] = [];
  let [begun, done] = [0, 0];
  const client = async (): Promise<void> => {
    while (begun++ < REQUESTS) {
      const [question, { act, due }] = [pick(random, asked), pick(random, choices)];
      const got = await act(server.url, question, random);
      expect(got, `${act.name} ${JSON.stringify(question)}`).toBe(due === "text" ? alone.get(question) : due);
      counts[act.name] = (counts[act.name] ?? 0) + 1;
      if (++done % Math.ceil(REQUESTS / 10) === 0) memory.push((await status()).memory.rss);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  expect(done).toBe(REQUESTS);
  // Who left is noticed when the next piece would be written.
  await expect
    .poll(async () => (await status()).requests, { timeout: 20_000 })
    .toMatchObject({ running: 0, waiting: 0 });
  const mib = memory.map((bytes) => Math.round(bytes / 2 ** 20));
  console.log(`soak: ${JSON.stringify(counts)}; MiB of the process at each tenth: ${mib.join(" ")}`);
  // The first tenths fill caches and the compiler's; after that, growth would be a leak.
  expect(mib.at(-1)! - Math.max(...mib.slice(0, 5))).toBeLessThan(64);
});

async function status(): Promise<Status> {
  return (await (await fetch(`${server.url}/engine/status`)).json()) as Status;
}
