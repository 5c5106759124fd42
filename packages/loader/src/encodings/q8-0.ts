import { type BlockType, f16At, i8At } from "./block-type.ts";

/** An f16 scale, then signed bytes. */
export const q8_0: BlockType = {
  type: "q8_0",
  size: 32,
  bytes: 34,
  decode(block, at, out, to) {
    const scale = f16At(block, at);
    for (let j = 0; j < 32; j++) out[to + j] = scale * i8At(block, at + 2 + j);
  },
};
