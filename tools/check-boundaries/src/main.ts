import { resolve } from "node:path";
import { checkWorkspace } from "./check-workspace.ts";

const { packages, files, problems } = checkWorkspace(resolve(process.argv[2] ?? "."));
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(`\n${problems.length} broken boundaries. The rules: tools/check-boundaries/src/rules.ts`);
  process.exitCode = 1;
} else {
  console.log(`${files} files of ${packages} packages keep the boundaries.`);
}
