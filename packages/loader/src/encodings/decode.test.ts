import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readSafetensors } from "../read-safetensors.ts";
import { type BlockType, blockDecoder } from "./block-type.ts";

const golden = await readSafetensors(
  fileURLToPath(new URL("../../test/fixtures/gguf-blocks.safetensors", import.meta.url)),
);

/** Every constant of this folder that is a type of blocks. */
async function blockTypes(): Promise<BlockType[]> {
  const files = readdirSync(new URL(".", import.meta.url)).filter((name) => !name.includes(".test."));
  const modules = await Promise.all(files.map((name) => import(new URL(name, import.meta.url).href)));
  return modules
    .flatMap((module: Record<string, unknown>) => Object.values(module))
    .filter((value): value is BlockType => Number.isInteger((value as BlockType | null)?.bytes));
}

const types = await blockTypes();

test("the goldens hold all types", () => {
  expect([...golden.keys()].filter((name) => name.endsWith(".blocks")).sort()).toEqual(
    types.map(({ type }) => `${type}.blocks`).sort(),
  );
});

test.each(types.map((type) => [type.type, type] as const))("%s is read to the bit", (name, type) => {
  const blocks = golden.get(`${name}.blocks`)!.data as Uint8Array;
  const expected = golden.get(`${name}.values`)!.data as Float32Array;
  expect(blocks.length).toBe((expected.length / type.size) * type.bytes);
  const values = new Float32Array(expected.length);
  blockDecoder(type)({ data: blocks }, values);
  expect(Buffer.from(values.buffer)).toEqual(
    Buffer.from(expected.buffer, expected.byteOffset, expected.byteLength),
  );
});
