import type { Sequence } from "@engine/runtime";
import { expect, test } from "vitest";
import type { Golden } from "./golden.ts";
import type { GoldenModel, Part } from "./golden-model.ts";
import { expectSameBits } from "./same-bits.ts";

/** A row's logits never depend on how its text is cut or on whose rows stand beside it: equal to the bit. */
export function testBatches(model: () => GoldenModel, golden: () => Golden): void {
  const fresh = <T>(count: number, use: (sequences: Sequence[]) => Promise<T>): Promise<T> => {
    const sequences = Array.from({ length: count }, () => model().runner.sequence());
    return use(sequences).finally(() => {
      for (const sequence of sequences) sequence.clear();
    });
  };
  const read = (tokens: readonly number[], chunk?: number): Promise<Float32Array> =>
    fresh(1, ([sequence]) => model().read(sequence!, part(tokens, 0), chunk));
  const known = new Map<string, Promise<Float32Array>>();
  /** The text by itself in one step, run once. */
  const alone = (tokens: readonly number[]): Promise<Float32Array> => {
    const key = tokens.join();
    const logits = known.get(key) ?? read(tokens);
    known.set(key, logits);
    return logits;
  };
  /** The golden's prompt, and others of different lengths. */
  const prompts = (): readonly (readonly number[])[] => {
    const { prompt } = golden();
    return [
      prompt,
      [...prompt].reverse().slice(0, 17),
      prompt.slice(5, 6),
      [...prompt.slice(9), ...prompt.slice(0, 20)],
    ];
  };
  const part = (text: readonly number[], begin: number, end = text.length): Part => ({
    tokens: text.slice(begin, end),
    prompt: text.length,
    embeddings: text === golden().prompt ? golden().embeddings : [],
  });

  test("chunks change no bit of a prompt's logits", async () => {
    const { prompt } = golden();
    const whole = await alone(prompt);
    for (const chunk of [1, 7, 16]) expectSameBits(await read(prompt, chunk), whole, `chunks of ${chunk}`);
  });

  test("inner chunks may want no rows", async () => {
    const { prompt, vocab } = golden();
    const whole = await alone(prompt);
    const last = await fresh(1, async ([sequence]) => {
      for (const [begin, end] of model().pieces(part(prompt, 0), 7).slice(0, -1)) {
        await model().step([[sequence!, part(prompt, begin, end), "none"]]);
      }
      return (await model().step([[sequence!, part(prompt, sequence!.length), "last"]]))[0]!;
    });
    expectSameBits(last, whole.subarray(-vocab));
  });

  test("prompts read as one batch have the logits of each alone", async () => {
    const texts = prompts();
    const batch = await fresh(texts.length, (sequences) =>
      model().step(texts.map((text, i) => [sequences[i]!, part(text, 0)])),
    );
    for (const [i, text] of texts.entries()) expectSameBits(batch[i], await alone(text), `prompt ${i}`);
  });

  test("generated rows beside the prompt rows of others have the logits of each alone", async () => {
    const { prompt, greedy, vocab } = golden();
    const [, second, , fourth] = prompts() as [unknown, readonly number[], unknown, readonly number[]];
    const decoded = await fresh(1, async ([sequence]) => {
      await model().read(sequence!, part(prompt, 0));
      return model().read(sequence!, { tokens: greedy.slice(0, 4) }, 1);
    });
    const rows = (logits: Float32Array, begin: number, end?: number): Float32Array =>
      logits.subarray(begin * vocab, end === undefined ? undefined : end * vocab);
    const [whole2, whole4] = [await alone(second), await alone(fourth)];
    await fresh(3, async ([a, b, c]) => {
      const generated = (i: number): Part => ({ tokens: [greedy[i]!] });
      await model().step([[a!, part(prompt, 0), "none"]]);
      const first = await model().step([
        [b!, part(second, 0, 7)],
        [a!, generated(0)],
      ]);
      expectSameBits(first[0], rows(whole2, 0, 7));
      expectSameBits(first[1], rows(decoded, 0, 1));
      const middle = await model().step([
        [a!, generated(1)],
        [c!, part(fourth, 0, 20), "last"],
        [b!, part(second, 7, 8)],
      ]);
      expectSameBits(middle[0], rows(decoded, 1, 2));
      expectSameBits(middle[1], rows(whole4, 19, 20));
      expectSameBits(middle[2], rows(whole2, 7, 8));
      const last = await model().step([
        [c!, part(fourth, 20)],
        [b!, part(second, 8), "none"],
        [a!, generated(2)],
      ]);
      expectSameBits(last[0], rows(whole4, 20));
      expectSameBits(last[2], rows(decoded, 2, 3));
      expectSameBits((await model().step([[a!, generated(3)]]))[0], rows(decoded, 3, 4));
    });
  });

  test("blocks given back hold no trace of the text before", async () => {
    const { prompt } = golden();
    const before = await alone(prompt);
    await read([...prompt].reverse());
    expectSameBits(await read(prompt), before);
    const { freeBlocks, size } = model().runner;
    expect(freeBlocks).toEqual(size.blocks);
  });
}
