/** The 6-bit scale of group 0 to 7 in the 12 bytes of scales and minima that Q4_K and Q5_K share. */
export function groupScale(block: Uint8Array, at: number, group: number): number {
  if (group < 4) return block[at + group]! & 63;
  return (block[at + group + 4]! & 15) | ((block[at + group - 4]! >> 6) << 4);
}

/** The 6-bit minimum of group 0 to 7. */
export function groupLeast(block: Uint8Array, at: number, group: number): number {
  if (group < 4) return block[at + group + 4]! & 63;
  return (block[at + group + 4]! >> 4) | ((block[at + group]! >> 6) << 4);
}
