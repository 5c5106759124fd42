import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lacksModules, python, replica, run } from "./replicas.ts";

const reason = lacksModules("ray.data", "pydantic", "aiohttp", "pandas");

test.skipIf(reason)(
  `Ray Data answers a file with two replicas, in order, as one alone would${reason ? ` (skipped: ${reason})` : ""}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "engine-ray-"));
    await using one = await replica();
    await using two = await replica();
    try {
      const questions = Array.from({ length: 12 }, (_, i) => `Once there were ${i} dogs`);
      const [source, target] = [join(folder, "in.jsonl"), join(folder, "out.jsonl")];
      await writeFile(source, questions.map((question) => `${JSON.stringify({ question })}\n`).join(""));
      const script = join(import.meta.dirname, "../ray_batch.py");
      await run(python, [script, source, target, one.url, two.url]);
      const rows = (await readFile(target, "utf8"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(rows.map(({ question }) => question)).toEqual(questions);
      expect(new Set(rows.map((row) => row.replica))).toEqual(new Set([one.url, two.url]));
      const alone = await fetch(`${one.url}/v1/chat/completions`, {
        method: "POST",
        body: JSON.stringify({
          model: "demo",
          messages: [{ role: "user", content: questions[3] }],
          max_tokens: 24,
          temperature: 0,
        }),
      }).then((response) => response.json() as Promise<{ choices: [{ message: { content: string } }] }>);
      expect(rows[3].answer).toBe(alone.choices[0].message.content);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  180_000,
);
