import { EngineError } from "@engine/core";

/**
 * Ends a stream of text before the first of several strings, wherever the pieces are cut. Text that may be the
 * beginning of one is held back. Of several strings the one complete first counts, so the cuts do not matter.
 */
export class StopStrings {
  readonly #stops: readonly string[];
  #held = "";

  constructor(stops: readonly string[]) {
    checkStops(stops);
    this.#stops = stops;
  }

  /** The text that is sure to come before any stop string, and whether one has come. */
  push(piece: string): { readonly text: string; readonly stopped: boolean } {
    const text = this.#held + piece;
    const found = this.#first(text);
    if (found !== undefined) {
      this.#held = "";
      return { text: text.slice(0, found), stopped: true };
    }
    const sure = text.length - this.#beginning(text);
    this.#held = text.slice(sure);
    return { text: text.slice(0, sure), stopped: false };
  }

  /** What was held back, once no more text comes. */
  flush(): string {
    const text = this.#held;
    this.#held = "";
    return text;
  }

  /** Where the stop string begins that ends first; of those that end together, the longest. */
  #first(text: string): number | undefined {
    let best: { begin: number; end: number } | undefined;
    for (const stop of this.#stops) {
      const begin = text.indexOf(stop);
      const end = begin + stop.length;
      if (begin < 0 || (best && (end > best.end || (end === best.end && begin > best.begin)))) continue;
      best = { begin, end };
    }
    return best?.begin;
  }

  /** Length of the longest end of the text that begins a stop string. */
  #beginning(text: string): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
        if (text.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}

/** Throws `bad-option` for an entry that would stop everywhere. */
export function checkStops(stops: readonly string[]): void {
  for (const stop of stops) {
    if (typeof stop === "string" && stop !== "") continue;
    throw new EngineError("bad-option", "stop: every entry must be a text of one character or more.");
  }
}
