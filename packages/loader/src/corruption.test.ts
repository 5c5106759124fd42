import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { corruptions } from "../test/corruptions.ts";
import { failure, temporaryFolder } from "../test/files.ts";
import { openSafetensors } from "./open-safetensors.ts";

const at = temporaryFolder();

describe("a broken safetensors file", () => {
  for (const [i, { what, bytes, message }] of corruptions.entries()) {
    it(what, async () => {
      const path = at(`${i}.safetensors`);
      await writeFile(path, bytes);
      const error = await failure(openSafetensors(path));
      expect(error.message).toBe(`${path}: ${message}`);
      expect(error.code).toBe("bad-checkpoint");
    });
  }

  it("is told in the README as it is printed", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    for (const { what, message } of corruptions) {
      expect(readme).toContain(`| ${what} | ${message.replaceAll("|", "\\|")} |`);
    }
  });
});
