import { randomBytes } from "node:crypto";

export interface Confirmation {
  readonly token: string;
  readonly expires: Date;
}

/** Things that are done only once somebody who saw them says yes. A token counts once and for its own thing. */
export class Confirmations {
  readonly #lifeMs: number;
  readonly #asked = new Map<string, { readonly what: string; readonly expires: number }>();

  constructor(lifeMs = 120_000) {
    this.#lifeMs = lifeMs;
  }

  ask(what: string): Confirmation {
    const now = Date.now();
    for (const [token, { expires }] of this.#asked) if (expires < now) this.#asked.delete(token);
    const token = randomBytes(16).toString("base64url");
    this.#asked.set(token, { what, expires: now + this.#lifeMs });
    return { token, expires: new Date(now + this.#lifeMs) };
  }

  /** Whether the token was given for this and is still good; it is used up then. */
  take(token: string, what: string): boolean {
    const asked = this.#asked.get(token);
    if (asked?.what !== what) return false;
    this.#asked.delete(token);
    return asked.expires >= Date.now();
  }
}
