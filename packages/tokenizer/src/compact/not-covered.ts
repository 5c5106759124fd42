/** Thrown inside this folder: the compact form does not hold this tokenizer, and the library's own is used. */
export class NotCovered extends Error {}
