import { type GenerateResult, type Generation, OnAwait } from "@engine/runtime";

/** A generation whose beginning takes a while; it begins when it is first asked for. */
export function later(start: () => Promise<Generation>): Generation {
  let begun: Promise<Generation> | undefined;
  const begin = (): Promise<Generation> => {
    begun ??= start();
    return begun;
  };
  let resolve!: (result: GenerateResult) => void;
  let reject!: (error: unknown) => void;
  return {
    result: new OnAwait<GenerateResult>(
      (fulfil, fail) => {
        resolve = fulfil;
        reject = fail;
      },
      () =>
        void begin()
          .then((generation) => generation.result)
          .then(resolve, reject),
    ),
    async *[Symbol.asyncIterator]() {
      yield* await begin();
    },
  };
}
