import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const shared = ["lane", "blocking-reader", "uring-reader", "uring", "memory", "mapping"];
const sources = ["test/readers", ...shared.map((name) => `src/${name}`)];
const flags = "-std=c++20 -O0 -g -Wall -Wextra -Werror -pthread -fsanitize=address".split(" ");
const compiler = process.env["CXX"] ?? "c++";

let folder: string;
let compiled: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "engine-readers-"));
  const files = sources.map((name) => join(root, `${name}.cc`));
  const { stderr } = spawnSync(compiler, [...flags, ...files, "-o", join(folder, "readers")], {
    encoding: "utf8",
  });
  compiled = stderr ?? `${compiler} was not found`;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

test.for(["threads", "io_uring"])(
  "reading by %s: short reads, ends of files, errors, deep queues, an early end",
  (reader, { skip }) => {
    if (/not found|cannot find/.test(compiled)) skip(`no compiler with sanitizers: ${compiled}`);
    expect(compiled).toBe("");
    const { status, stdout, stderr } = spawnSync(join(folder, "readers"), [reader, folder], {
      encoding: "utf8",
    });
    const notice = /^notice: (.*)$/m.exec(stdout)?.[1];
    if (notice) skip(notice);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "0 failures\n", stderr: "" });
  },
);
