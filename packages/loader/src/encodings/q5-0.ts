import { type BlockType, f16At } from "./block-type.ts";

/** An f16 scale, the fifth bits of 32 codes around 16, then their low halves; byte j holds values j and j + 16. */
export const q5_0: BlockType = {
  type: "q5_0",
  size: 32,
  bytes: 22,
  decode(block, at, out, to) {
    const scale = f16At(block, at);
    for (let j = 0; j < 16; j++) {
      const codes = block[at + 6 + j]!;
      out[to + j] = scale * (((codes & 15) | fifthBit(block, at + 2, j)) - 16);
      out[to + j + 16] = scale * (((codes >> 4) | fifthBit(block, at + 2, j + 16)) - 16);
    }
  },
};

/** 16 where bit j of the bits at byte `at` is set, else 0. */
export function fifthBit(block: Uint8Array, at: number, j: number): number {
  return ((block[at + (j >> 3)]! >> (j & 7)) & 1) << 4;
}
