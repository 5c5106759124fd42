import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  checkPackage,
  createPackageFromTarballData,
  type Problem,
  type ResolutionKind,
} from "@arethetypeswrong/core";
import { problemKindInfo } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import type { PublishedPackage } from "./published-packages.ts";

const run = promisify(execFile);

/** Old resolutions that an ESM-only package does not serve. */
const NOT_SERVED: readonly ResolutionKind[] = ["node10", "node16-cjs"];

/** Packs the package as it would be published into `into` and asks publint and arethetypeswrong about it. */
export async function checkTarball(root: string, one: PublishedPackage, into: string): Promise<string[]> {
  if (one.kind !== "platform" && !existsSync(join(root, one.folder, "dist"))) {
    return ["is not built; run npx turbo run build first."];
  }
  const tarball = join(into, `${one.folder.replaceAll("/", "-")}.tgz`);
  await run("pnpm", ["pack", "--silent", "--out", tarball], {
    cwd: join(root, one.folder),
    shell: process.platform === "win32",
  });
  const bytes = new Uint8Array(await readFile(tarball));
  const problems = await lint(bytes);
  return one.kind === "library" ? [...problems, ...(await wrongTypes(bytes))] : problems;
}

async function lint(bytes: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const { messages, pkg } = await publint({ level: "warning", pack: { tarball: bytes.buffer } });
  return messages.map(
    (message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  );
}

async function wrongTypes(bytes: Uint8Array): Promise<string[]> {
  const result = await checkPackage(createPackageFromTarballData(bytes));
  if (!result.types) return ["arethetypeswrong: the package has no types."];
  return result.problems.filter(concernsEsm).map((problem) => {
    const { title, docsUrl } = problemKindInfo[problem.kind];
    const where = "entrypoint" in problem ? ` for "${problem.entrypoint}" (${problem.resolutionKind})` : "";
    return `arethetypeswrong: ${title}${where}; ${docsUrl}`;
  });
}

function concernsEsm(problem: Problem): boolean {
  return !("resolutionKind" in problem && NOT_SERVED.includes(problem.resolutionKind));
}
