import { type BlockType, f16At } from "./block-type.ts";
import { groupLeast, groupScale } from "./k-scales.ts";

const SCALES = 4;
const CODES = 16;

/** Eight groups of 32 values: 6-bit scales and minima in two f16 units, 4-bit codes; two groups share 32 bytes. */
export const q4_k: BlockType = {
  type: "q4_k",
  size: 256,
  bytes: 144,
  decode(block, at, out, to) {
    const unit = f16At(block, at);
    const leastUnit = f16At(block, at + 2);
    for (let group = 0; group < 8; group++) {
      const scale = unit * groupScale(block, at + SCALES, group);
      const least = leastUnit * groupLeast(block, at + SCALES, group);
      const codes = at + CODES + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      for (let j = 0; j < 32; j++)
        out[to + group * 32 + j] = scale * ((block[codes + j]! >> shift) & 15) - least;
    }
  },
};
