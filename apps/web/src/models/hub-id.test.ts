import { expect, it } from "vitest";
import { hubId } from "./hub-id.ts";

it.each([
  ["Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B"],
  ["  https://huggingface.co/google/gemma-3n-E2B-it/tree/main ", "google/gemma-3n-E2B-it"],
  ["hf.co/a/b/", "a/b"],
  ["gpt2", undefined],
  ["a/b/c", undefined],
  ["../etc", undefined],
  ["a b/c", undefined],
  ["", undefined],
])("hubId(%j)", (typed, id) => {
  expect(hubId(typed)).toBe(id);
});
