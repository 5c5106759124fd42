import { writeFile } from "node:fs/promises";
import { EngineError } from "@engine/core";
import { expect, it } from "vitest";
import { entry, fileBytes, temporaryFolder } from "../test/files.ts";
import { seeded } from "../test/seeded.ts";
import { openSafetensors } from "./open-safetensors.ts";
import { parseHeader } from "./safetensors-header.ts";

const at = temporaryFolder();
const FILES = 1000;
const HEADERS = 20_000;

/** Flips bytes of the length and header, swaps characters that matter, or cuts the file. */
function broken(valid: Buffer, random: (below: number) => number): Buffer {
  const header = 8 + Number(valid.readBigUInt64LE());
  const out = Buffer.from(valid);
  const kind = random(4);
  if (kind === 0) return out.subarray(0, random(valid.length + 1));
  for (let change = random(3); change >= 0; change--) {
    const where = kind === 1 ? random(8) : 8 + random(header - 8);
    out[where] = kind === 3 ? '{}[]",:0123456789-.eF\\'.charCodeAt(random(22)) : random(256);
  }
  return out;
}

/** Opens and reads everything; true when it worked, false on an EngineError, throws on anything else. */
async function opens(path: string): Promise<boolean> {
  try {
    const source = await openSafetensors(path);
    for (const name of source.names()) {
      const { bytes } = source.describe(name)!.parts.data!;
      expect(bytes).toBeLessThanOrEqual(64);
      await source.read(name, "data", Float64Array.of(0, bytes), new Uint8Array(bytes));
    }
    await source.close();
    return true;
  } catch (error) {
    if (!EngineError.isInstance(error)) throw error;
    expect(error.message.startsWith(`${path}: `), error.message).toBe(true);
    expect(error.message.length).toBeLessThan(600);
    return false;
  }
}

const VALID = fileBytes(
  {
    __metadata__: { format: "pt" },
    "model.embed.weight": entry("F32", [2, 4], 0, 32),
    "model.norm.weight": entry("BF16", [8], 32, 48),
    scale: entry("F16", [], 48, 50),
    ids: entry("U8", [14], 50, 64),
  },
  new Uint8Array(64),
);

it("opens or refuses a file, and does nothing else, whatever happens to its header", async () => {
  const path = at("fuzz.safetensors");
  const random = seeded(20260101);
  const count = { opened: 0, refused: 0 };
  for (let round = 0; round < FILES; round++) {
    await writeFile(path, broken(VALID, random));
    count[(await opens(path)) ? "opened" : "refused"]++;
  }
  // Some changes only touch a name; most must be caught.
  expect(count.opened).toBeGreaterThan(FILES / 50);
  expect(count.refused).toBeGreaterThan(FILES / 2);
});

it("parses or refuses a header in memory, and does nothing else", () => {
  const random = seeded(7);
  const dataBytes = 64;
  let refused = 0;
  for (let round = 0; round < HEADERS; round++) {
    const text = broken(VALID, random)
      .subarray(8, VALID.length - dataBytes)
      .toString("latin1");
    try {
      const { tensors } = parseHeader(text, dataBytes, "w.safetensors");
      for (const { begin, bytes } of tensors.values()) expect(begin + bytes).toBeLessThanOrEqual(dataBytes);
    } catch (error) {
      if (!EngineError.isInstance(error)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(HEADERS / 2);
  expect(refused).toBeLessThan(HEADERS);
});
