import { parseArgs } from "node:util";
import { EngineError } from "@engine/core";
import { readSafetensors } from "@engine/loader";
import { compareTraces } from "./compare.ts";

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { tolerance: { type: "string", default: "2e-3" } },
  });
  const [ours, theirs] = positionals;
  const tolerance = Number(values.tolerance);
  if (!ours || !theirs || !(tolerance >= 0)) {
    console.error(
      "Usage: node tools/compare-traces/dist/main.js OURS.safetensors THEIRS.safetensors [--tolerance 2e-3]",
    );
    return 2;
  }
  const differences = compareTraces(await readSafetensors(ours), await readSafetensors(theirs));
  const first = differences.find(({ off }) => !(off <= tolerance));
  if (!first) {
    const worst = differences.reduce((a, b) => (b.off > a.off ? b : a));
    console.log(
      `${differences.length} traces agree; the furthest is "${worst.name}", off by ${worst.off.toExponential(1)} of its size`,
    );
    return 0;
  }
  const before = differences[differences.indexOf(first) - 1];
  console.log(
    `first to part: "${first.name}", row ${first.row}, column ${first.column}: ${first.ours} against ${first.theirs}`,
  );
  console.log(before ? `the last that agrees: "${before.name}"` : "nothing before it agrees");
  return 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(EngineError.isInstance(error) ? error.message : error);
  process.exitCode = 1;
}
