import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { command, root, SetupError } from "./command.mjs";
import { setup, tell } from "./setup.mjs";

/** Passed, failed and skipped over all checks (one each) and all tests. */
const total = { passed: 0, failed: 0, skipped: 0 };

try {
  const env = await setup();
  await check("lint", () => node(["node_modules/@biomejs/biome/bin/biome", "check", "."], env));
  await check("typecheck", () => node(["node_modules/typescript/bin/tsc"], env));
  // Written for browsers: other types, and elements in the text.
  await check("typecheck apps/web", () => node(["node_modules/typescript/bin/tsc", "-p", "apps/web"], env));
  for (const name of folders("tools").filter((folder) => folder.startsWith("check-"))) {
    await check(name, () => node([`tools/${name}/dist/main.js`], env));
  }
  await vitest(env);
  for (const name of folders("examples").filter(canStart)) {
    await check(`examples/${name}`, () => run("pnpm", ["-C", `examples/${name}`, "run", "start"], env));
  }
} catch (error) {
  tell(error);
  total.failed += 1;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Runs one check, which counts as one test; its output is shown when it fails. */
async function check(name, work) {
  const begin = performance.now();
  try {
    await work();
    total.passed += 1;
    console.log(`ok      ${name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
  } catch (error) {
    tell(error);
    total.failed += 1;
    console.log(`FAILED  ${name}`);
  }
}

async function run(program, args, env) {
  const { status, output } = await command(program, args, { env });
  if (status !== 0) throw new SetupError(output.trim());
}

function node(args, env) {
  return run(process.execPath, args, env);
}

/** Runs all tests, or those that the command line names, and adds them to the total. */
async function vitest(env) {
  const folder = mkdtempSync(join(tmpdir(), "engine-test-"));
  try {
    const file = join(folder, "result.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const args = ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...process.argv.slice(2)];
    const { status } = await command(process.execPath, args, { env, show: true });
    if (!existsSync(file)) throw new SetupError("vitest ended before it wrote its result.");
    count(JSON.parse(readFileSync(file, "utf8")), status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function count(result, status) {
  const before = total.failed;
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests;
  total.skipped += result.numPendingTests + result.numTodoTests;
  for (const { name, status: outcome, assertionResults } of result.testResults) {
    // A file that does not even load has no tests to count.
    if (outcome === "failed" && !assertionResults.some((test) => test.status === "failed")) total.failed += 1;
    const skips = assertionResults.filter(
      (test) => test.status === "pending" || test.status === "skipped",
    ).length;
    if (skips > 0) console.log(`skipped ${skips} in ${relative(root, name)}`);
  }
  // Errors outside any test, such as a rejection nobody awaited.
  if (status !== 0 && total.failed === before) total.failed += 1;
}

function folders(parent) {
  return existsSync(join(root, parent)) ? readdirSync(join(root, parent)).sort() : [];
}

function canStart(name) {
  const path = join(root, "examples", name, "package.json");
  return existsSync(path) && JSON.parse(readFileSync(path, "utf8")).scripts?.start !== undefined;
}
