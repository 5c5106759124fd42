import { writeFile } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/files.ts";
import { ggufBytes, SOUND } from "../../test/gguf-bytes.ts";
import { seeded } from "../../test/seeded.ts";
import { parseGgufHeader } from "./gguf-header.ts";
import type { HeaderFile } from "./header-cursor.ts";
import type { GgufMetadata } from "./metadata.ts";
import { openGguf } from "./open-gguf.ts";

const at = temporaryFolder();
const FILES = 300;
const HEADERS = 5000;
const VALID = ggufBytes(SOUND);
const HEADER = VALID.length - SOUND.data!.length;

/** Flips bytes of the header, writes large counts, or cuts the file. */
function broken(random: (below: number) => number): Buffer {
  const out = Buffer.from(VALID);
  const kind = random(4);
  if (kind === 0) return out.subarray(0, random(VALID.length + 1));
  for (let change = random(3); change >= 0; change--) {
    const where = kind === 1 ? 4 + random(20) : 4 + random(HEADER - 4);
    if (kind === 3) out.writeBigUInt64LE(BigInt(2) ** BigInt(random(64)), Math.min(where, HEADER - 8));
    else out[where] = random(256);
  }
  return out;
}

function check(error: unknown, path: string): void {
  if (!EngineError.isInstance(error)) throw error;
  expect(error.message.startsWith(`${path}: `), error.message).toBe(true);
  expect(error.message.length).toBeLessThan(600);
}

function inMemory(bytes: Buffer, later = bytes): HeaderFile {
  return {
    path: "w.gguf",
    bytes: bytes.length,
    read: async (into, position) => void bytes.copy(into, 0, position),
    readNow: (into, position) => void later.copy(into, 0, position),
  };
}

function everyForm(metadata: GgufMetadata, key: string): void {
  metadata.get(key);
  metadata.texts(key);
  metadata.numbers(key);
  metadata.indexOf(key, "bé");
}

it("opens or refuses a file, and does nothing else, whatever happens to its header", async () => {
  const path = at("fuzz.gguf");
  const random = seeded(20261121);
  const count = { opened: 0, refused: 0 };
  for (let round = 0; round < FILES; round++) {
    await writeFile(path, broken(random));
    try {
      const source = await openGguf(path);
      for (const key of source.metadata.keys()) everyForm(source.metadata, key);
      for (const name of source.names()) {
        const { bytes } = source.describe(name)!.parts.data!;
        expect(bytes).toBeLessThanOrEqual(VALID.length);
        await source.read(name, "data", Float64Array.of(0, bytes), new Uint8Array(bytes));
      }
      await source.close();
      count.opened++;
    } catch (error) {
      check(error, path);
      count.refused++;
    }
  }
  expect(count.opened).toBeGreaterThan(FILES / 50);
  expect(count.refused).toBeGreaterThan(FILES / 2);
});

it("parses or refuses a header in memory, and makes every value it lists", async () => {
  const random = seeded(7);
  let refused = 0;
  for (let round = 0; round < HEADERS; round++) {
    const bytes = broken(random);
    try {
      const { metadata, tensors } = await parseGgufHeader(inMemory(bytes));
      for (const key of metadata.keys()) everyForm(metadata, key);
      for (const tensor of tensors.values())
        expect(tensor.offset + tensor.bytes).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      check(error, "w.gguf");
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(HEADERS / 2);
  expect(refused).toBeLessThan(HEADERS);
});

it("makes or refuses values of a file that changes after it was opened", async () => {
  const random = seeded(11);
  let refused = 0;
  for (let round = 0; round < HEADERS / 10; round++) {
    const later = Buffer.from(VALID);
    const { metadata } = await parseGgufHeader(inMemory(VALID, later));
    for (let change = 0; change < 20; change++) later[24 + random(HEADER - 24)] = random(256);
    for (const key of metadata.keys()) {
      try {
        everyForm(metadata, key);
      } catch (error) {
        check(error, "w.gguf");
        refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(0);
});
