import { expect, it } from "vitest";
import { modelSampling } from "./model-sampling.ts";

it("tells the model's own settings, and greedy where it does not sample", () => {
  const said = { eosTokenIds: [], temperature: 0.6, topK: 20, topP: 0.95, repetitionPenalty: 1.1 };
  expect(modelSampling({ ...said, doSample: true })).toEqual({
    temperature: 0.6,
    topK: 20,
    topP: 0.95,
    minP: undefined,
    repeatPenalty: 1.1,
  });
  expect(modelSampling(said)).toEqual({ temperature: 0, repeatPenalty: 1.1 });
});
