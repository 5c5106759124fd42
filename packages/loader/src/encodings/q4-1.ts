import { type BlockType, f16At } from "./block-type.ts";

/** An f16 scale and an f16 minimum, then 4-bit codes; byte j holds values j and j + 16. */
export const q4_1: BlockType = {
  type: "q4_1",
  size: 32,
  bytes: 20,
  decode(block, at, out, to) {
    const scale = f16At(block, at);
    const least = f16At(block, at + 2);
    for (let j = 0; j < 16; j++) {
      const codes = block[at + 4 + j]!;
      out[to + j] = scale * (codes & 15) + least;
      out[to + j + 16] = scale * (codes >> 4) + least;
    }
  },
};
