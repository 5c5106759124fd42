import { type BlockType, f16At, u16At } from "./block-type.ts";
import { IQ4_VALUES } from "./iq4-nl.ts";

const CODES = 8;

/** Eight groups of 32 values: 6-bit scales around 32 in one f16 unit, codes of IQ4_NL's values. */
export const iq4_xs: BlockType = {
  type: "iq4_xs",
  size: 256,
  bytes: 136,
  decode(block, at, out, to) {
    const unit = f16At(block, at);
    const upper = u16At(block, at + 2);
    for (let group = 0; group < 8; group++) {
      const low = (block[at + 4 + (group >> 1)]! >> ((group & 1) * 4)) & 15;
      const scale = unit * ((low | (((upper >> (2 * group)) & 3) << 4)) - 32);
      const codes = at + CODES + group * 16;
      for (let j = 0; j < 16; j++) {
        const pair = block[codes + j]!;
        out[to + group * 32 + j] = scale * IQ4_VALUES[pair & 15]!;
        out[to + group * 32 + j + 16] = scale * IQ4_VALUES[pair >> 4]!;
      }
    }
  },
};
