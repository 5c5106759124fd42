import type { Model } from "@engine/auto";
import type { Tokenizer } from "@engine/tokenizer";
import { ApiError } from "../errors/api-error.ts";
import type { ServerParts } from "../server-parts.ts";

/** Something short with a loaded model and its tokenizer. Throws 400 for a model that has none. */
export async function withModel<T>(
  { gate, pool }: ServerParts,
  { id: wanted, signal }: { readonly id: string | null | undefined; readonly signal: AbortSignal },
  use: (parts: {
    readonly id: string;
    readonly model: Model;
    readonly tokenizer: Tokenizer;
    readonly plainChat: boolean;
  }) => T | Promise<T>,
): Promise<T> {
  const leave = gate.enter();
  try {
    const { model, slot, release } = await pool.lease(wanted ?? undefined, { signal });
    try {
      const { tokenizer } = model;
      if (!tokenizer) {
        throw new ApiError(400, `The model '${slot.source.id}' has no tokenizer.`, {
          param: "model",
          code: "unsupported",
        });
      }
      const { id, plainChat } = slot.source;
      return await use({ id, model, tokenizer, plainChat });
    } finally {
      release();
    }
  } finally {
    leave();
  }
}
