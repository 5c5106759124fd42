import { type BlockType, f16At } from "./block-type.ts";

/** An f16 scale, then 4-bit codes around 8; byte j holds value j in its low half and j + 16 in its high one. */
export const q4_0: BlockType = {
  type: "q4_0",
  size: 32,
  bytes: 18,
  decode(block, at, out, to) {
    const scale = f16At(block, at);
    for (let j = 0; j < 16; j++) {
      const codes = block[at + 2 + j]!;
      out[to + j] = scale * ((codes & 15) - 8);
      out[to + j + 16] = scale * ((codes >> 4) - 8);
    }
  },
};
