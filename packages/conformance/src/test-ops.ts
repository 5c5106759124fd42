import { reference } from "@engine/backend-reference";
import type { Backend, Device } from "@engine/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpCase } from "./op-case.ts";
import { opCases } from "./op-cases.ts";
import { type CaseRun, inputValues, runCase, type WantedRows } from "./run-case.ts";
import { mismatch } from "./tolerance.ts";

/** A case a backend does not pass, by its name or its op's name, and why. */
export interface Skip {
  readonly case: string;
  readonly reason: string;
}

export interface OpTestOptions {
  /** The engine's own unless told: an author's for an op of theirs. */
  readonly cases?: readonly OpCase[];
  readonly skip?: readonly Skip[];
  readonly threads?: number;
}

/** Registers op cases: against plain arithmetic, and against the reference backend. Call it in a vitest file. */
export function testOps(backend: Backend, options: OpTestOptions = {}): void {
  const { cases = opCases, skip: skips = [], ...device } = options;
  describe("ops", () => {
    let opened: Device;
    let oracle: Device | undefined;
    beforeAll(async () => {
      opened = await backend.open(device);
      // Itself it would always agree with.
      if (backend !== reference) oracle = await reference.open();
    });
    afterAll(async () => {
      await Promise.all([opened.close(), oracle?.close()]);
    });

    test("every skip names a case or an op", () => {
      const known = new Set(cases.flatMap(({ name, op }) => [name, op]));
      expect(skips.map((skip) => skip.case).filter((name) => !known.has(name))).toEqual([]);
    });

    for (const one of cases) {
      test(one.name, async ({ skip }) => {
        const skipped = skips.find((entry) => entry.case === one.name || entry.case === one.op);
        if (skipped) skip(skipped.reason);
        const wanted = one.inputs.length > 0 ? (["tokens", "rows"] as const) : (["tokens"] as const);
        for (const which of wanted) await check(one, opened, oracle, which);
      });
    }
  });
}

async function check(
  one: OpCase,
  device: Device,
  oracle: Device | undefined,
  which: WantedRows,
): Promise<void> {
  const run = await runCase(one, device, which);
  const arithmetic = rowsOf(one.expected(inputValues(one)), run, one.tokens);
  expect(mismatch(run.values, arithmetic, one.tolerance), `${which}, against arithmetic`).toBeUndefined();
  if (!oracle || one.activations === "int8") return;
  const defined = await defining(one, oracle, which);
  expect(mismatch(run.values, defined.values, one.tolerance), `${which}, against reference`).toBeUndefined();
}

const known = new WeakMap<OpCase, Map<WantedRows, Promise<CaseRun>>>();

/** The reference's run, made once however many backends and levels are tested. */
function defining(one: OpCase, oracle: Device, which: WantedRows): Promise<CaseRun> {
  const runs = known.get(one) ?? new Map<WantedRows, Promise<CaseRun>>();
  known.set(one, runs);
  const run = runs.get(which) ?? runCase(one, oracle, which);
  runs.set(which, run);
  return run;
}

/** The elements of the rows that were asked for. */
function rowsOf(all: ArrayLike<number>, { ids }: CaseRun, tokens: number): number[] {
  const values = Array.from(all);
  const width = values.length / tokens;
  return ids ? ids.flatMap((id) => values.slice(id * width, (id + 1) * width)) : values;
}
