// Builds the native part into build/Release. Without CMake or a C++ compiler it says so and leaves: the
// reference backend is used then. With them, a failed compilation fails the build.
import { spawnSync } from "node:child_process";
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
  const cmakeJs = join(dirname(require.resolve("cmake-js/package.json")), "bin/cmake-js");
  const sanitize = process.argv.includes("--sanitize");
  const options = [
    ...["--directory", root, "--out", join(root, sanitize ? "build/sanitize" : "build")],
    ...["--cxx", compiler(), "--parallel", String(availableParallelism()), "--log-level", "error"],
    `--CDENGINE_NATIVE=${join(dirname(require.resolve("@engine/native/package.json")), "src")}`,
    `--CDENGINE_SANITIZE=${sanitize ? "ON" : "OFF"}`,
  ];
  return spawnSync(process.execPath, [cmakeJs, "compile", ...options], { stdio: "inherit" }).status ?? 1;
}
