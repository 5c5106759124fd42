import { readFileSync } from "node:fs";

const LITERAL = 2 ** 32 - 1;

/**
 * The GGUF file that a delta of tools/goldens/gguf_delta.py stands for, made of the safetensors files it refers to.
 * Throws for a file that is none.
 */
export function applyDelta(delta: string, sources: readonly string[]): Buffer {
  const bytes = readFileSync(delta);
  const source = Buffer.concat(sources.map((file) => readFileSync(file)));
  if (bytes.toString("latin1", 0, 4) !== "GGUD") throw new Error(`${delta}: not a delta`);
  const [operations, length] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
  const out = Buffer.alloc(length);
  let literal = 16 + 8 * operations;
  let at = 0;
  for (let i = 0; i < operations; i++) {
    const [run, offset] = [bytes.readUInt32LE(16 + 8 * i), bytes.readUInt32LE(20 + 8 * i)];
    if (offset === LITERAL) {
      bytes.copy(out, at, literal, literal + run);
      literal += run;
    } else source.copy(out, at, offset, offset + run);
    at += run;
  }
  if (at !== length || literal !== bytes.length) throw new Error(`${delta}: does not add up`);
  return out;
}
