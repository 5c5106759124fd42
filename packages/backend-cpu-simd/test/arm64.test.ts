import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../scripts/test-arm64.mjs", import.meta.url));

test("NEON kernels agree with the plain ones under qemu-aarch64", ({ skip }) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  const notice = /^notice: (.*)$/m.exec(stdout)?.[1];
  if (notice) skip(notice);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^neon: \d{3} comparisons\nneon-dotprod: \d{3} comparisons\n0 of \d{3} differ\n$/);
}, 600_000);

test("without a cross compiler the script says so and passes", () => {
  const env = { PATH: "/nonexistent" };
  const { status, stdout } = spawnSync(process.execPath, [script], { encoding: "utf8", env });
  expect(status).toBe(0);
  expect(stdout).toContain("aarch64-linux-gnu-g++ and qemu-aarch64 not found");
});
