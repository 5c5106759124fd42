// Compiles the kernels for arm64 with Debian's g++-aarch64-linux-gnu and compares every level with the plain one under
// qemu-aarch64 (qemu-user). Says why, and leaves, where one of them is not installed. No arm64 machine is needed, so
// nothing is said about speed.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const native = join(root, "native");
const out = join(root, "build/arm64");
const compiler = "aarch64-linux-gnu-g++";
const emulator = "qemu-aarch64";
const flags = "-std=c++20 -O1 -Wall -Wextra -ffp-contract=off -fno-math-errno -DENGINE_ARM64".split(" ");
const sources = [
  "test/compare-levels.cc",
  "kernels/levels.cc",
  "kernels/scalar.cc",
  "kernels/neon.cc",
  "kernels/quantized/scalar.cc",
  "kernels/quantized/neon.cc",
  "kernels/quantized/neon-dotprod.cc",
];

const absent = [compiler, emulator].filter((name) => spawnSync(name, ["--version"]).status !== 0);
if (absent.length > 0) {
  console.log(
    `notice: arm64 kernels are not tried: ${absent.join(" and ")} not found (Debian: g++-aarch64-linux-gnu, qemu-user).`,
  );
} else {
  process.exitCode = test();
}

function test() {
  mkdirSync(out, { recursive: true });
  const objects = [];
  for (const source of sources) {
    const object = join(out, `${source.replaceAll("/", "-")}.o`);
    const own = source.includes("dotprod") ? ["-march=armv8.2-a+dotprod"] : [];
    const status = run(compiler, [...flags, ...own, "-c", join(native, source), "-o", object]);
    if (status !== 0) return status;
    objects.push(object);
  }
  const program = join(out, "compare-levels");
  return run(compiler, ["-static", ...objects, "-o", program]) || run(emulator, [program]);
}

function run(command, args) {
  return spawnSync(command, args, { stdio: "inherit" }).status ?? 1;
}
