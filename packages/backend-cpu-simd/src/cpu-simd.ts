import { availableParallelism } from "node:os";
import { type Backend, EngineError } from "@engine/core";
import { CpuDevice } from "./device.ts";
import { loadNative, whyNoNative } from "./load-native.ts";
import type { IsaLevel } from "./native.ts";
import { leaseDevice } from "./shared-device.ts";

/** The processor's vector units on all its threads, at the best instruction set level this machine has. */
export const cpuSimd: Backend = backendAt(undefined);

export interface LevelOptions {
  /** Each step on all threads, be its work ever so little: to test that threads change no number. */
  readonly everyThread?: boolean;
}

/** The same at a fixed level: to compare levels. `unavailable()` says so where the machine lacks it. */
export function cpuSimdAt(level: IsaLevel, options: LevelOptions = {}): Backend {
  return backendAt(level, options);
}

/** The levels this machine can run, plainest first; none without the native part. */
export function isaLevels(): readonly IsaLevel[] {
  return whyNoNative() === undefined ? loadNative().levels : [];
}

/** A file of its own both in sources and in the built package: threads that quantize load it. */
function roundingAt(level: IsaLevel | undefined): URL {
  const file = import.meta.url.endsWith(".js") ? "./rounding.js" : "./rounding.ts";
  return new URL(level === undefined ? file : `${file}?level=${level}`, import.meta.url);
}

function backendAt(level: IsaLevel | undefined, { everyThread = false }: LevelOptions = {}): Backend {
  return {
    api: 1,
    name: "cpu-simd",
    rounding: roundingAt(level),
    unavailable() {
      const why = whyNoNative();
      if (why !== undefined || level === undefined || isaLevels().includes(level)) return why;
      return `This machine's processor has no ${level}; it has ${isaLevels().join(", ")}.`;
    },
    async open({ threads = availableParallelism() } = {}) {
      if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
        throw new EngineError(
          "bad-option",
          `threads must be a whole number from 1 to 1024, but is ${threads}.`,
        );
      }
      const native = loadNative();
      const kind = { level: level ?? native.levels.at(-1)!, threads, everyThread };
      return new CpuDevice(native, leaseDevice(native, kind), kind);
    },
  };
}
