import type { BlockType } from "./block-type.ts";

/** The e2m1 values (OCP Microscaling formats 1.0), doubled so that all are whole. */
const VALUES = Int8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

/** An exponent of two, then 4-bit floats; byte j holds values j and j + 16. */
export const mxfp4: BlockType = {
  type: "mxfp4",
  size: 32,
  bytes: 17,
  decode(block, at, out, to) {
    // The exponent's bias is 127; one more for the doubled values.
    const scale = 2 ** (block[at]! - 128);
    for (let j = 0; j < 16; j++) {
      const codes = block[at + 1 + j]!;
      out[to + j] = scale * VALUES[codes & 15]!;
      out[to + j + 16] = scale * VALUES[codes >> 4]!;
    }
  },
};
