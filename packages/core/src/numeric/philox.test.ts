import { expect, test } from "vitest";
import { philox } from "./philox.ts";

/** Philox 4x32-10 in the known answers that Random123 publishes. */
const KNOWN = [
  {
    what: "zeros",
    key: [0, 0],
    counter: [0, 0, 0, 0],
    words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    what: "ones",
    key: [0xffffffff, 0xffffffff],
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    what: "digits of pi",
    key: [0xa4093822, 0x299f31d0],
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const;

test.each(KNOWN)("philox of $what", ({ key, counter, words }) => {
  expect(philox(key, counter)).toEqual(words);
  // Words that arrive signed are the same words.
  const signed = counter.map((word) => word | 0) as [number, number, number, number];
  expect(philox([key[0] | 0, key[1] | 0], signed)).toEqual(words);
});
