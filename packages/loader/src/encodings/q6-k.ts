import { type BlockType, f16At, i8At } from "./block-type.ts";

const UPPER = 128;
const SCALES = 192;
const UNIT = 208;

/** Sixteen groups of 16 values: signed byte scales in one f16 unit, 6-bit codes around 32, split into 4 and 2 bits. */
export const q6_k: BlockType = {
  type: "q6_k",
  size: 256,
  bytes: 210,
  decode(block, at, out, to) {
    const unit = f16At(block, at + UNIT);
    for (let group = 0; group < 16; group++) {
      const scale = unit * i8At(block, at + SCALES + group);
      const half = group >> 3;
      const quarter = (group & 7) >> 1;
      const within = (group & 1) * 16;
      // In each half of the block: 64 bytes of low bits for four runs of 32 values, 32 bytes of upper bits.
      const low = at + half * 64 + (quarter & 1) * 32 + within;
      const upper = at + UPPER + half * 32 + within;
      for (let j = 0; j < 16; j++) {
        const code =
          ((block[low + j]! >> (quarter < 2 ? 0 : 4)) & 15) |
          (((block[upper + j]! >> (2 * quarter)) & 3) << 4);
        out[to + group * 16 + j] = scale * (code - 32);
      }
    }
  },
};
