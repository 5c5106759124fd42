import { EngineError } from "@engine/core";

/** Throws `bad-option` for anything that is no token id of this vocabulary. */
export function checkTokens(ids: readonly number[], vocab: number, what: string): void {
  ids.forEach((id, index) => {
    if (Number.isInteger(id) && id >= 0 && id < vocab) return;
    throw new EngineError(
      "bad-option",
      `${what}: entry ${index} is ${id}; the model's token ids are whole numbers from 0 to ${vocab - 1}.`,
    );
  });
}
