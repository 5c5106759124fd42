/** Gives out a model's steps one at a time, in the order they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #asked = 0;

  /** Whether somebody waits while a turn is taken. */
  get waiting(): boolean {
    return this.#asked > 1;
  }

  take<T>(task: () => Promise<T> | T): Promise<T> {
    this.#asked++;
    const turn = this.#last.then(task).finally(() => {
      this.#asked--;
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
