import { type BlockType, f16At } from "./block-type.ts";

const CODES = 32;
const SCALES = 96;
const UNIT = 108;

/** Sixteen groups of 16 values: 6-bit scales around 32, 2-bit codes and a bit that takes 4 off where it is clear. */
export const q3_k: BlockType = {
  type: "q3_k",
  size: 256,
  bytes: 110,
  decode(block, at, out, to) {
    const unit = f16At(block, at + UNIT);
    for (let group = 0; group < 16; group++) {
      const scale = unit * (scaleOf(block, at + SCALES, group) - 32);
      const within = (group & 1) * 16;
      const codes = at + CODES + (group >> 3) * 32 + within;
      const shift = group & 6;
      for (let j = 0; j < 16; j++) {
        const high = (block[at + within + j]! >> (group >> 1)) & 1;
        out[to + group * 16 + j] = scale * (((block[codes + j]! >> shift) & 3) - (high ? 0 : 4));
      }
    }
  },
};

/** Low halves of the scales lie in 8 bytes, groups 8 apart in one; their upper 2 bits in 4 more, groups 4 apart. */
function scaleOf(block: Uint8Array, at: number, group: number): number {
  const low = (block[at + (group & 7)]! >> (group < 8 ? 0 : 4)) & 15;
  const high = (block[at + 8 + (group & 3)]! >> ((group >> 2) * 2)) & 3;
  return low | (high << 4);
}
