import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../scripts/build-native.mjs", import.meta.url));

test("without CMake the build says so in a line and goes on", () => {
  const env = { PATH: "/nonexistent" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8", env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(
    /no native part is built: CMake was not found\. The reference backend is used instead\.\n$/,
  );
});
