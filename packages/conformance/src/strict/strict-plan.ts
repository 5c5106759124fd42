import type { Plan, StepInput, StepOutput, Watch } from "@engine/core";
import { turn } from "./later.ts";

/** Works on copies: the caller's outputs hold garbage from the call until the promise says they are there. */
export class StrictPlan implements Plan {
  readonly #inner: Plan;

  constructor(inner: Plan) {
    this.#inner = inner;
  }

  async run(step: StepInput, out: StepOutput, watch?: Watch): Promise<void> {
    const arrays = arraysOf(out);
    for (const array of arrays) array.fill(array instanceof Float32Array ? Number.NaN : -1);
    const own: StepOutput = structuredClone(out);
    await settled(this.#inner.run(step, own, watch));
    arraysOf(own).forEach((array, i) => {
      arrays[i]!.set(array);
    });
  }

  async logits(row: number, into: Float32Array): Promise<void> {
    const own = new Float32Array(into.length);
    into.fill(Number.NaN);
    await settled(this.#inner.logits(row, own));
    into.set(own);
  }

  async dispose(): Promise<void> {
    await turn();
    await this.#inner.dispose();
  }
}

/** Resolves or rejects as the work does, some turns of the event loop later. */
async function settled(work: Promise<void>): Promise<void> {
  const [result] = await Promise.all([Promise.allSettled([work]), turn()]);
  await turn();
  if (result[0].status === "rejected") throw result[0].reason;
}

function arraysOf({ ids, values, lse, tensors = {} }: StepOutput): (Int32Array | Float32Array)[] {
  return [ids, values, lse, ...Object.values(tensors)].filter((array) => array !== undefined);
}
