import { type BlockType, f16At } from "./block-type.ts";

/** What the 16 codes stand for, in units of the scale: steps that grow away from zero. */
export const IQ4_VALUES = Int8Array.of(
  -127,
  -104,
  -83,
  -65,
  -49,
  -35,
  -22,
  -10,
  1,
  13,
  25,
  38,
  53,
  69,
  89,
  113,
);

/** An f16 scale, then 4-bit codes of uneven values; byte j holds values j and j + 16. */
export const iq4_nl: BlockType = {
  type: "iq4_nl",
  size: 32,
  bytes: 18,
  decode(block, at, out, to) {
    const scale = f16At(block, at);
    for (let j = 0; j < 16; j++) {
      const codes = block[at + 2 + j]!;
      out[to + j] = scale * IQ4_VALUES[codes & 15]!;
      out[to + j + 16] = scale * IQ4_VALUES[codes >> 4]!;
    }
  },
};
