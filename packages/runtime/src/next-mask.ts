import type { Constraint } from "./constraint.ts";

interface Asked {
  readonly mask: Promise<Uint32Array | undefined>;
  known: boolean;
}

/** What a constraint allows next, asked for once for each token: a grammar's thread may be long about it. */
export class NextMask {
  readonly #constraint: Constraint | undefined;
  #asked: Asked | undefined;

  constructor(constraint: Constraint | undefined) {
    this.#constraint = constraint;
  }

  /** Settles once it is known, or is known not to be; undefined where it is already. */
  get pending(): Promise<unknown> | undefined {
    if (!this.#constraint) return undefined;
    const { known, mask } = this.#ask(this.#constraint);
    return known ? undefined : mask.catch(() => {});
  }

  /** Throws what the constraint throws. */
  async read(): Promise<Uint32Array | undefined> {
    return this.#constraint && this.#ask(this.#constraint).mask;
  }

  /** The next one is of another place. */
  accept(token: number): void {
    this.#asked = undefined;
    this.#constraint?.accept(token);
  }

  #ask(constraint: Constraint): Asked {
    if (this.#asked) return this.#asked;
    let allowed: ReturnType<Constraint["allowed"]>;
    try {
      allowed = constraint.allowed();
    } catch (error) {
      allowed = Promise.reject(error);
    }
    const asked: Asked = { mask: Promise.resolve(allowed), known: !(allowed instanceof Promise) };
    const tell = (): void => {
      asked.known = true;
    };
    asked.mask.then(tell, tell);
    this.#asked = asked;
    return asked;
  }
}
