import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineError } from "@engine/core";
import { afterAll, beforeAll, expect } from "vitest";

/** A folder for the tests of a file, removed after them. Call at the top level. */
export function temporaryFolder(): (...path: string[]) => string {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "engine-loader-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (...path) => join(folder, ...path);
}

/** Bytes of a safetensors file with any header, right or wrong. */
export function fileBytes(header: string | object, data: Uint8Array = new Uint8Array(0)): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

export function entry(dtype: unknown, shape: unknown, begin: unknown, end: unknown) {
  return { dtype, shape, data_offsets: [begin, end] };
}

/** The EngineError a promise fails with. */
export async function failure(promise: Promise<unknown>): Promise<EngineError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error, "the promise must fail").toBeDefined();
  expect(EngineError.isInstance(error), `an EngineError, not ${String(error)}`).toBe(true);
  return error as EngineError;
}
