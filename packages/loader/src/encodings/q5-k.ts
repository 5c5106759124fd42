import { type BlockType, f16At } from "./block-type.ts";
import { groupLeast, groupScale } from "./k-scales.ts";

const SCALES = 4;
const FIFTH = 16;
const CODES = 48;

/** Q4_K with a fifth bit for each code: bit g of byte j belongs to value j of group g. */
export const q5_k: BlockType = {
  type: "q5_k",
  size: 256,
  bytes: 176,
  decode(block, at, out, to) {
    const unit = f16At(block, at);
    const leastUnit = f16At(block, at + 2);
    for (let group = 0; group < 8; group++) {
      const scale = unit * groupScale(block, at + SCALES, group);
      const least = leastUnit * groupLeast(block, at + SCALES, group);
      const codes = at + CODES + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      for (let j = 0; j < 32; j++) {
        const fifth = ((block[at + FIFTH + j]! >> group) & 1) << 4;
        out[to + group * 32 + j] = scale * (((block[codes + j]! >> shift) & 15) | fifth) - least;
      }
    }
  },
};
