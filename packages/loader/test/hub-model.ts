import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { type PullOptions, pullModel } from "../src/hub/pull-model.ts";
import { fileBytes } from "./files.ts";
import { blobName, COMMIT, type HubServer, sha256 } from "./hub-server.ts";

export const BIG = "model.safetensors";
export const CONFIG = Buffer.from('{"model_type": "llama"}');
export const WEIGHTS = fileBytes(
  { w: { dtype: "F32", shape: [25_000], data_offsets: [0, 100_000] } },
  noise(100_000),
);

/** The files of a model that opens. */
export const hubModel = () => ({ "config.json": CONFIG, [BIG]: WEIGHTS });

export function noise(bytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => (i * 2654435761) >>> 24));
}

export type PullSettings = PullOptions & { readonly hubCache: string };
let caches = 0;

/** Options with short times and, unless given, a cache of their own. */
export function pullSettings(
  at: (path: string) => string,
  { hub, ...more }: PullOptions & { readonly hub: HubServer },
): PullSettings {
  const hubCache = at(`hub-${caches++}`);
  // The machine's own token must not go to a test.
  const env = { HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" };
  return { hubCache, endpoint: hub.url, env, stall: 2000, attempts: 3, delay: 5, ...more };
}

/** A path in the cache's entry of `org/name`. */
export function entryOf({ hubCache }: PullSettings, ...path: string[]): string {
  return join(hubCache, "models--org--name", ...path);
}

/** The cache holds the model's two files, right, and nothing else. */
export async function expectWhole(options: PullSettings): Promise<void> {
  // Comparing 100 000 numbers one by one takes seconds.
  expect(sha256(await readFile(entryOf(options, "snapshots", COMMIT, BIG)))).toBe(sha256(WEIGHTS));
  expect((await readdir(entryOf(options, "blobs"))).toSorted()).toEqual(
    [blobName("config.json", CONFIG), blobName(BIG, WEIGHTS)].toSorted(),
  );
}

export async function expectPulled(options: PullSettings): Promise<void> {
  await pullModel("org/name", options);
  await expectWhole(options);
}
