import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * A vitest reporter that writes docs/architectures.md from the goldens' tests:
 * `pnpm vitest run packages/conformance --reporter default --reporter ./tools/architectures-table/reporter.mjs`
 */
export default class ArchitecturesTable {
  onTestRunEnd(modules) {
    const rows = new Map();
    for (const module of modules) for (const test of module.children.allTests()) add(rows, test);
    if (rows.size === 0) return;
    const backends = [...new Set([...rows.values()].flatMap((row) => [...row.keys()]))].filter(
      (key) => key !== "family",
    );
    const lines = [...rows]
      .sort(([, a], [, b]) => a.get("family").localeCompare(b.get("family")))
      .map(
        ([variant, row]) =>
          `| ${row.get("family")} | ${variant} | ${backends.map((name) => cell(row.get(name))).join(" | ")} |`,
      );
    const file = fileURLToPath(new URL("../../docs/architectures.md", import.meta.url));
    writeFileSync(file, page(backends, lines));
    console.log(`\nwrote ${file}: ${rows.size} variants on ${backends.join(", ")}`);
  }
}

const TITLE = /^(\S+) on (\S+), backend (.+)$/;

function add(rows, test) {
  const [, family, variant, backend] = TITLE.exec(test.parent.name ?? "") ?? [];
  if (!family || test.result().state === "skipped") return;
  const row = rows.get(variant) ?? new Map([["family", family]]);
  rows.set(variant, row);
  const found = row.get(backend) ?? { off: 0, exact: true, tests: 0 };
  row.set(backend, found);
  found.tests++;
  found.exact &&= test.result().state === "passed";
  for (const { message } of test.annotations()) {
    const [, number] = /logits off by at most ([\d.e+-]+)/.exec(message) ?? [];
    if (number) found.off = Math.max(found.off, Number(number));
  }
}

function cell(found) {
  if (!found) return "—";
  return `${found.off.toExponential(1)}, ${found.exact ? "exact" : "**differs**"}`;
}

function page(backends, lines) {
  return `# Families, proven

Every text variant against Hugging Face transformers (float32 maths on the stored weights): the largest difference
of a logit over a prompt and 23 cached steps, and whether every test of the variant passed: greedy tokens equal,
the prompt read at once, 7 and 1 token at a time, several texts in one step with prefill and decode rows mixed
(equal to the bit to each alone), decoding after keys, values and states were saved and restored, and the states of each layer. Logits have a spread of about 2.5; the bound is 2e-3.

In the variants with \`_mm\` and \`_images\` some of the prompt's rows are given embeddings: what the towers gave of an image
and a sound, or random rows. \`internlm_dynamic\` is held against the published remote code, written anew in PyTorch.

Written by a tool from the tests: [tools/architectures-table](../tools/architectures-table/reporter.mjs) says how.

| family | variant | ${backends.join(" | ")} |
|---|---|${backends.map(() => "---|").join("")}
${lines.join("\n")}
`;
}
