import { EngineError, type WeightStore } from "@engine/core";
import { Memory } from "./memory.ts";
import { planStep } from "./plan-step.ts";
import { readyAnswers } from "./ready-answers.ts";
import type { Request } from "./request.ts";
import { RequestQueue } from "./request-queue.ts";
import { runStep, type StepPart } from "./run-step.ts";
import type { Runner } from "./runner.ts";
import { StepCounts } from "./step-counts.ts";
import type { SwapSpace, SwapStats } from "./swap-space.ts";
import type { Turns } from "./turns.ts";

export interface SchedulerOptions {
  readonly runner: Runner;
  readonly turns: Turns;
  readonly vocab: number;
  /** Most answers that wait. */
  readonly maxWaiting: number;
  /** Whether texts share what they have in common. */
  readonly sharing: boolean;
  /** Where resting texts' blocks go when others need them; without it they are computed again. */
  readonly swap?: SwapSpace | undefined;
  /** Asked what it reads from files. */
  readonly weights: Pick<WeightStore, "bytes" | "streamed">;
}

/**
 * Runs all answers of a model at once: each step takes the next rows of every one that was let in. Answers are let in
 * in the order they came, when their prompts' blocks are free. When an answer that goes on finds no block, the one that
 * came last gives its blocks up and is computed again later, to the same tokens.
 */
export class Scheduler {
  readonly memory: Memory;
  readonly counts = new StepCounts();
  readonly #options: SchedulerOptions;
  readonly #queue: RequestQueue;
  readonly #running: Request[] = [];
  /** The parts of the step under way. */
  #step: { readonly parts: readonly StepPart[]; readonly abort: AbortController } | undefined;
  /** The last one took, in milliseconds. */
  #stepMs = 0;
  #looping = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#queue = new RequestQueue(options.maxWaiting);
    this.memory = new Memory(options.runner);
  }

  get swapStats(): SwapStats | undefined {
    return this.#options.swap?.stats();
  }

  get running(): number {
    return this.#running.length;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Throws `busy` when no further request may wait. */
  check(): void {
    const running = this.#running.length;
    this.#queue.check({ running, places: this.#options.runner.program.options.maxSequences - running });
  }

  /** Throws `out-of-memory` for a text that all blocks together could not hold. */
  submit(request: Request): void {
    const { history } = request;
    const needs = this.memory.most(history.sequence, history.length + 1);
    this.memory.pools.forEach(({ size }, at) => {
      if (needs[at]! <= size) return;
      const places = size * history.sequence.blockTokens;
      throw new EngineError(
        "out-of-memory",
        `The text has ${history.length} tokens, which take ${needs[at]} blocks, but there are only ${size} (${places} tokens). Shorten it, or load the model with a larger context or for more sessions.`,
      );
    });
    this.memory.rest(history);
    this.#queue.add(request);
    this.#loop();
  }

  /** Ends a request where it is; resolves once no step uses its text. */
  stop(request: Request): Promise<void> {
    request.stopped = true;
    if (this.#queue.remove(request)) request.leave();
    const part = this.#step?.parts.find((one) => one.request === request);
    if (part) {
      // A step that nobody wants any more need not come to its end.
      if (this.#step!.parts.every((one) => one.request.stopped)) this.#step!.abort.abort();
    } else if (this.#leaves(request)) request.leave();
    return request.left;
  }

  /** Makes room for a text that is no request, in its turn, at the expense of those that run if need be. */
  makeRoom(needs: readonly number[]): void {
    while (!this.memory.free([needs]) && this.#running.length > 0) this.#preempt(this.#running.at(-1)!);
  }

  #loop(): void {
    if (this.#looping) return;
    this.#looping = true;
    const next = async (): Promise<void> => {
      while (this.#running.length > 0 || this.#queue.length > 0) {
        await this.#options.turns.take(() => this.#run()).catch((error) => this.#fail(error));
      }
      this.#looping = false;
    };
    void next();
  }

  /** Nobody waits for ever when a step could not even be made. */
  #fail(error: unknown): void {
    this.#step = undefined;
    for (const request of this.#running.splice(0)) request.leave({ error });
    for (let next = this.#queue.first; next; next = this.#queue.first) {
      this.#queue.remove(next);
      next.leave({ error });
    }
  }

  async #run(): Promise<void> {
    // Files may take their time.
    if (this.#options.swap && this.#queue.first) this.#tell();
    await this.#admit();
    const ready = await readyAnswers(this.#running, { stepMs: this.#stepMs });
    const parts = this.#withRoom(
      planStep(ready, {
        limits: this.#options.runner.program.options,
        recurrent: this.#options.runner.program.states.length > 0,
        sharing: this.#options.sharing,
        streamed: (this.#options.weights.bytes.streamed ?? 0) > 0,
        gain: (request, places) => this.#gain(request, places),
      }),
    );
    // All wait for grammars, or all blocks are with texts outside of the queue, which end in turns of their own.
    if (parts.length === 0) {
      this.#tell();
      return new Promise((resolve) => setTimeout(resolve));
    }
    const begin = performance.now();
    const abort = new AbortController();
    this.#step = { parts, abort };
    this.counts.begin();
    const failed = await runStep(parts, {
      ...this.#options,
      signal: abort.signal,
      step: this.counts.steps,
      begun: () => this.#tell(),
    });
    this.#step = undefined;
    this.#stepMs = performance.now() - begin;
    this.counts.end(parts);
    for (const { request } of parts) {
      const failure = failed.get(request);
      if (failure || request.stopped || request.answer.ended) {
        this.#leaves(request);
        request.leave(failure);
      }
    }
    if (this.#options.turns.waiting) this.#tell();
  }

  /** Hands out what was chosen: once the next step has begun, or where none does at once. */
  #tell(): void {
    for (const request of this.#running) request.tell();
  }

  /** Lets in who came first, as long as there is room for their prompts. */
  async #admit(): Promise<void> {
    const { runner, sharing } = this.#options;
    for (let next = this.#queue.first; next; next = this.#queue.first) {
      if (this.#running.length >= runner.program.options.maxSequences) return;
      const { history } = next;
      this.memory.wake(history);
      const { gained } = sharing ? history.adopt() : { gained: 0 };
      this.#gain(next, gained);
      const all = [next, ...this.#running].map((request) => this.#outstanding(request));
      await this.#swapOut(all);
      // It may have been stopped meanwhile.
      if (this.#queue.first !== next) continue;
      if (!this.memory.free(all)) {
        this.memory.rest(history);
        return;
      }
      await this.#options.swap?.in(history);
      if (this.#queue.first !== next) continue;
      this.#queue.remove(next);
      this.#running.push(next);
      this.#running.sort((a, b) => a.order - b.order);
      next.answer.meter.admitted();
    }
  }

  /** Puts texts that would lose their blocks for these needs in files first. */
  async #swapOut(needs: readonly (readonly number[])[]): Promise<void> {
    const { swap } = this.#options;
    if (!swap) return;
    for (let text = this.memory.victim(needs); text; text = this.memory.victim(needs)) await swap.out(text);
  }

  /** Blocks a request will still take until its text is read, and one more of each group to go on with. */
  #outstanding({ history }: Request): number[] {
    const { sequence } = history;
    const held = sequence.held();
    return this.memory.most(sequence, history.length + 1).map((most, at) => Math.max(0, most - held[at]!));
  }

  /** The parts of a step for which there are blocks; others give up theirs until there are. */
  #withRoom(parts: readonly StepPart[]): StepPart[] {
    const kept: StepPart[] = [];
    const needs: number[][] = [];
    for (const part of parts.toSorted((a, b) => a.request.order - b.request.order)) {
      const { request } = part;
      if (!this.#running.includes(request)) continue;
      const need = request.history.sequence.needs(part.chunk.tokens.length);
      while (!this.memory.free([...needs, need]) && this.#running.at(-1) !== request)
        this.#preempt(this.#running.at(-1)!);
      if (this.memory.free([...needs, need])) {
        kept.push(part);
        needs.push(need);
      } else this.#preempt(request);
    }
    return kept;
  }

  #preempt(request: Request): void {
    this.#leaves(request);
    request.tell();
    request.preempted = true;
    this.memory.drop(request.history);
    this.#queue.putBack(request);
    this.counts.preemptions++;
  }

  #gain(request: Request, places: number): void {
    this.counts.shared += places;
    if (!request.preempted) request.answer.meter.cachedTokens += places;
  }

  #leaves(request: Request): boolean {
    const at = this.#running.indexOf(request);
    if (at >= 0) this.#running.splice(at, 1);
    return at >= 0;
  }
}
