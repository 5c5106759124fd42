/** Negative log-probabilities of the tokens that came, added up. */
export class Surprise {
  count = 0;
  #sum = 0;
  #squares = 0;

  /** In nats. */
  add(negativeLog: number): void {
    this.count++;
    this.#sum += negativeLog;
    this.#squares += negativeLog * negativeLog;
  }

  get perplexity(): number {
    return Math.exp(this.#sum / this.count);
  }

  /** Of the perplexity, by the spread of single tokens. */
  get standardError(): number {
    const mean = this.#sum / this.count;
    const variance = Math.max(0, this.#squares / this.count - mean * mean);
    return this.perplexity * Math.sqrt(variance / this.count);
  }
}
