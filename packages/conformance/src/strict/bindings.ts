import { EngineError, type WeightUse } from "@engine/core";

/** Throws `bad-option` for a weight range above the limit: the compiler should have split it. */
export function checkBindings(use: WeightUse, maxBinding: number): void {
  const row = Object.values(use.encoding.parts).reduce((total, part) => total + part.rowBytes, 0);
  for (const { begin, end } of use.ranges) {
    const bytes = (end - begin) * row;
    if (bytes <= maxBinding) continue;
    throw new EngineError(
      "bad-option",
      `weight "${use.name}": rows ${begin} to ${end} have ${bytes} bytes, but one call binds at most ${maxBinding}.`,
    );
  }
}
