import type { Model } from "@engine/auto";
import type { Tokenizer } from "@engine/tokenizer";
import { ApiError } from "../errors/api-error.ts";
import type { ServerParts } from "../server-parts.ts";

/** Something short with a loaded model and its tokenizer. Throws 400 for a model that has none. */
export async function withModel<T>(
  { gate, pool }: ServerParts,
  { id, signal }: { readonly id: string | null | undefined; readonly signal: AbortSignal },
  use: (parts: {
    readonly id: string;
    readonly model: Model;
    readonly tokenizer: Tokenizer;
  }) => T | Promise<T>,
): Promise<T> {
  const leave = gate.enter();
  try {
    const { model, slot, release } = await pool.lease(id ?? undefined, { signal });
    try {
      const { tokenizer } = model;
      if (!tokenizer) {
        throw new ApiError(400, `The model '${slot.source.id}' has no tokenizer.`, {
          param: "model",
          code: "unsupported",
        });
      }
      return await use({ id: slot.source.id, model, tokenizer });
    } finally {
      release();
    }
  } finally {
    leave();
  }
}
