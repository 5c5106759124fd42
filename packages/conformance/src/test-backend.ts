import type { Backend } from "@engine/core";
import { describe, test } from "vitest";
import { testLifetime } from "./contract/lifetime.ts";
import { testRounding } from "./contract/rounding.ts";
import { testRuns } from "./contract/runs.ts";
import { testSelect } from "./contract/select.ts";
import { testState } from "./contract/state.ts";
import { type Skip, testOps } from "./test-ops.ts";

export interface BackendTestOptions {
  /** Op cases it does not pass yet; each with its reason. */
  readonly skip?: readonly Skip[];
  /** Threads the op cases run on; the backend's own choice unless told. */
  readonly threads?: number;
}

/**
 * Registers the tests every backend passes: the op cases and the contract of devices, stores and plans. Call
 * it in a vitest file. Where the backend is unavailable there is one skipped test with its own sentence.
 */
export function testBackend(backend: Backend, options: BackendTestOptions = {}): void {
  describe(`backend ${backend.name}`, () => {
    const reason = backend.unavailable();
    if (reason !== undefined) {
      test("is available", ({ skip }) => skip(reason));
      return;
    }
    testOps(backend, options);
    describe("lifetime", () => testLifetime(backend));
    describe("runs", () => testRuns(backend));
    describe("state", () => testState(backend));
    if (backend.rounding) describe("rounding", () => testRounding(backend.rounding!));
    describe("select", () => testSelect(backend));
  });
}
