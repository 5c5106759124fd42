import { resolve } from "node:path";
import { checkReadmeExamples, checkShape, checkTarballs } from "./check.ts";
import { publishedPackages } from "./published-packages.ts";

const root = resolve(process.argv[2] ?? ".");
const packages = publishedPackages(root);
const problems = [
  ...checkShape(root, packages),
  ...checkReadmeExamples(root, packages),
  ...(await checkTarballs(root, packages)),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(`\n${problems.length} problems in what the packages publish.`);
  process.exitCode = 1;
} else {
  console.log(`${packages.length} packages are fit to publish.`);
}
