import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { EngineError } from "@engine/core";
import type { Native } from "./native.ts";

let found: Native | string | undefined;

/** The addon: from the platform's package, else from the local build. Looked for once, when first asked. */
export function loadNative(): Native {
  const native = findNative();
  if (typeof native === "string") throw new EngineError("unsupported", native);
  return native;
}

/** One sentence saying why there is no native part, or undefined. */
export function whyNoNative(): string | undefined {
  const native = findNative();
  return typeof native === "string" ? native : undefined;
}

function findNative(): Native | string {
  found ??= search();
  return found;
}

function search(): Native | string {
  const platform = platformName();
  const require = createRequire(import.meta.url);
  const failures: string[] = [];
  // What was built here was built on purpose: a package of an older state must not hide it.
  for (const path of [localBuild(), packaged(require, platform)]) {
    if (!path) continue;
    try {
      return require(path) as Native;
    } catch (error) {
      failures.push(`${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (failures.length > 0)
    return `The native CPU backend cannot be loaded on ${platform}: ${failures.join("; ")}.`;
  return `No native CPU backend is built for ${platform}: install CMake and a C++ compiler and run \`pnpm build\`. The reference backend is used meanwhile.`;
}

/** "linux-x64-gnu", "darwin-arm64". */
function platformName(): string {
  const { platform, arch } = process;
  return platform === "linux" ? `${platform}-${arch}-${isGlibc() ? "gnu" : "musl"}` : `${platform}-${arch}`;
}

function isGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

function packaged(require: NodeJS.Require, platform: string): string | undefined {
  try {
    return require.resolve(`@engine/backend-cpu-simd-${platform}`);
  } catch {
    return undefined;
  }
}

/** The same path from src/ and from dist/. */
function localBuild(): string | undefined {
  const path = fileURLToPath(new URL("../build/Release/engine_cpu_simd.node", import.meta.url));
  return existsSync(path) ? path : undefined;
}
