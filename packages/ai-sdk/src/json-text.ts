/** Takes the first JSON object or list out of a text that comes in pieces: models like to put words or a fence around. */
export class JsonText {
  #before = "";
  #depth = 0;
  #quoted = false;
  #escaped = false;
  #state: "before" | "inside" | "after" = "before";
  readonly #begin: RegExp;

  /** `object`: a list is none of it. */
  constructor({ object }: { readonly object: boolean }) {
    this.#begin = object ? /\{/ : /[{[]/;
  }

  /** The part of the value in this piece. */
  push(piece: string): string {
    if (this.#state === "after") return "";
    let begin = 0;
    if (this.#state === "before") {
      begin = piece.search(this.#begin);
      if (begin < 0) {
        this.#before += piece;
        return "";
      }
      this.#state = "inside";
    }
    for (let i = begin; i < piece.length; i++) {
      if (!this.#ends(piece[i]!)) continue;
      this.#state = "after";
      return piece.slice(begin, i + 1);
    }
    return piece.slice(begin);
  }

  /** The whole text, where no value ever began. */
  flush(): string {
    return this.#state === "before" ? this.#before : "";
  }

  #ends(sign: string): boolean {
    if (this.#quoted) {
      if (this.#escaped) this.#escaped = false;
      else if (sign === "\\") this.#escaped = true;
      else if (sign === '"') this.#quoted = false;
      return false;
    }
    if (sign === '"') this.#quoted = true;
    else if (sign === "{" || sign === "[") this.#depth++;
    else if (sign === "}" || sign === "]") this.#depth--;
    return this.#depth === 0;
  }
}
