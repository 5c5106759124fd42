import { type BlockType, f16At } from "./block-type.ts";
import { fifthBit } from "./q5-0.ts";

/** An f16 scale and an f16 minimum, the fifth bits of 32 codes, then their low halves; byte j holds values j and j + 16. */
export const q5_1: BlockType = {
  type: "q5_1",
  size: 32,
  bytes: 24,
  decode(block, at, out, to) {
    const scale = f16At(block, at);
    const least = f16At(block, at + 2);
    for (let j = 0; j < 16; j++) {
      const codes = block[at + 8 + j]!;
      out[to + j] = scale * ((codes & 15) | fifthBit(block, at + 4, j)) + least;
      out[to + j + 16] = scale * ((codes >> 4) | fifthBit(block, at + 4, j + 16)) + least;
    }
  },
};
