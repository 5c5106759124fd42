import type { Sampling } from "../api/chat-request.ts";

/** A setting with a slider. `start` is where the slider stands while the model's default is not known. */
export interface SliderField {
  readonly name: "temperature" | "topP" | "topK" | "minP" | "repeatPenalty";
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly start: number;
}

export const SLIDERS: readonly SliderField[] = [
  { name: "temperature", min: 0, max: 2, step: 0.05, start: 1 },
  { name: "topP", min: 0.05, max: 1, step: 0.05, start: 1 },
  { name: "topK", min: 0, max: 200, step: 1, start: 0 },
  { name: "minP", min: 0, max: 0.5, step: 0.01, start: 0 },
  { name: "repeatPenalty", min: 1, max: 2, step: 0.05, start: 1 },
];

/** The settings with one changed; undefined goes back to the model's default. */
export function withSampling<K extends keyof Sampling>(
  sampling: Sampling,
  name: K,
  value: Sampling[K] | undefined,
): Sampling {
  const { [name]: _before, ...others } = sampling;
  return value === undefined ? others : { ...others, [name]: value };
}
