import { resolve } from "node:path";
import { measure } from "./measure.ts";
import { report } from "./report.ts";

const { table, long, tooLong } = report(measure(resolve(process.argv[2] ?? ".")));
console.log(table);
if (long.length > 0) {
  console.log("\nLonger than 250 lines; does each hold one idea?");
  for (const { path, lines } of long) console.log(`  ${path}: ${lines}`);
}
if (tooLong.length > 0) {
  console.error("\nLonger than 400 lines; divide:");
  for (const { path, lines } of tooLong) console.error(`  ${path}: ${lines}`);
  process.exitCode = 1;
}
