import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { swapFilesIn } from "./swap-files.ts";

test("files hold what was written and have no name; their end is an error", async () => {
  const folder = mkdtempSync(join(tmpdir(), "engine-swap-files-"));
  const file = await swapFilesIn(folder).create();
  expect(readdirSync(folder)).toEqual([]);
  await file.write(Uint8Array.of(1, 2, 3), 0);
  await file.write(Uint8Array.of(9), 1);
  const into = new Uint8Array(2);
  await file.read(into, 1);
  expect([...into]).toEqual([9, 3]);
  await expect(file.read(into, 2)).rejects.toMatchObject({ code: "io-failed" });
  await file.close();
  rmSync(folder, { recursive: true });
  await expect(swapFilesIn(folder).create()).rejects.toThrow("ENOENT");
});
