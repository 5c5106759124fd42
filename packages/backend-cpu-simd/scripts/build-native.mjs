// Builds the native part into build/Release. Without CMake or a C++ compiler it says so and leaves: the
// reference backend is used then. With them, a failed compilation fails the build.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const platforms = ["linux", "darwin"];

const missing = whatIsMissing();
if (missing) {
  console.log(
    `notice: @engine/backend-cpu-simd: no native part is built: ${missing} The reference backend is used instead.`,
  );
} else {
  process.exitCode = build();
}

function whatIsMissing() {
  if (!platforms.includes(process.platform)) return `its sources do not build on ${process.platform} yet.`;
  if (!runs("cmake")) return "CMake was not found.";
  if (!compiler()) return "no C++ compiler was found (looked for $CXX, c++, g++ and clang++).";
  return undefined;
}

function compiler() {
  return [process.env.CXX, "c++", "g++", "clang++"].find((name) => name && runs(name));
}

function runs(command) {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
}

function build() {
  const { binary } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const sanitize = process.argv.includes("--sanitize");
  const into = join(root, sanitize ? "build/sanitize" : "build");
  const configured = run("cmake", [
    ...["-S", root, "-B", into, "-DCMAKE_BUILD_TYPE=Release"],
    `-DCMAKE_CXX_COMPILER=${compiler()}`,
    `-DENGINE_NAPI_VERSION=${binary.napi_versions[0]}`,
    `-DENGINE_NODE_API_INCLUDE=${require("node-api-headers").include_dir}`,
    `-DENGINE_NODE_ADDON_API_INCLUDE=${dirname(require.resolve("node-addon-api/package.json"))}`,
    `-DENGINE_SANITIZE=${sanitize ? "ON" : "OFF"}`,
  ]);
  if (configured !== 0) return 1;
  return run("cmake", ["--build", into, "--parallel", String(availableParallelism())]) === 0 ? 0 : 1;
}

function run(command, options) {
  return spawnSync(command, options, { stdio: "inherit" }).status;
}
