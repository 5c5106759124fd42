import { type BlockType, f16At } from "./block-type.ts";

const CODES = 16;
const SCALE = 80;

/**
 * Sixteen groups of 16 values: 4-bit scales and minima, 2-bit codes, an f16 unit for each of the two. A byte of
 * codes holds values that are 32 apart.
 */
export const q2_k: BlockType = {
  type: "q2_k",
  size: 256,
  bytes: 84,
  decode(block, at, out, to) {
    const unit = f16At(block, at + SCALE);
    const leastUnit = f16At(block, at + SCALE + 2);
    for (let group = 0; group < 16; group++) {
      const scales = block[at + group]!;
      const scale = unit * (scales & 15);
      const least = leastUnit * (scales >> 4);
      // Eight groups share 32 bytes; two bits further on lie the next 32 values.
      const codes = at + CODES + (group >> 3) * 32 + (group & 1) * 16;
      const shift = group & 6;
      for (let j = 0; j < 16; j++)
        out[to + group * 16 + j] = scale * ((block[codes + j]! >> shift) & 3) - least;
    }
  },
};
