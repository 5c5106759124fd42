import type { ChatOptions } from "@engine/auto";
import { EngineError } from "@engine/core";
import { createGrammars, type Grammars } from "@engine/grammar";
import { callFrame } from "@engine/tokenizer";
import type { JsonFormat, Tool } from "./ask.ts";
import type { ChatModel } from "./chat-model.ts";

/** A constraint for one answer, or why there is none. */
export type Constrained =
  | { readonly constraint: NonNullable<ChatOptions["constraint"]> }
  | { readonly why: string };

/** What an answer of a model may be held to. */
export interface Constraints {
  /** JSON of the format. */
  json(format: JsonFormat): Promise<Constrained>;
  /** A call of one of the tools, with arguments that fit its schema. */
  call(tools: readonly Tool[]): Promise<Constrained>;
}

/** Constraints for a model's answers. Its vocabulary is read when the first one is asked for. */
export function constraintsOf(model: ChatModel): Constraints {
  let grammars: Promise<Grammars> | undefined;
  const held = async (make: (made: Grammars) => ReturnType<Grammars["json"]>): Promise<Constrained> => {
    try {
      grammars ??= grammarsOf(model);
      return { constraint: await make(await grammars) };
    } catch (error) {
      if (!EngineError.isInstance(error)) throw error;
      return { why: error.message };
    }
  };
  return {
    json: ({ schema }) => held((made) => made.json(isObject(schema) ? schema : undefined)),
    async call(tools) {
      const elements = tools.map(({ function: { name, parameters } }) => {
        const frame = model.channels && callFrame(model.channels, name);
        return frame && { type: "tag", ...frame, content: { type: "json_schema", json_schema: parameters } };
      });
      if (tools.length === 0) return { why: "there is no such tool" };
      if (elements.includes(undefined)) return { why: "this family does not write calls as plain JSON" };
      return held((made) => made.structure({ type: "or", elements }));
    },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function grammarsOf({ tokenizer, vocab, generationConfig, channels }: ChatModel): Promise<Grammars> {
  if (!tokenizer) throw new EngineError("bad-option", "This model has no tokenizer.");
  const ends = channels?.stops.flatMap((stop) => tokenizer.tokenId(stop) ?? []) ?? [];
  const own = tokenizer.eosId === undefined ? [] : [tokenizer.eosId];
  const stopTokens = [...new Set([...generationConfig.eosTokenIds, ...own, ...ends])].filter(
    (id) => id < vocab,
  );
  return createGrammars({ tokenizer, vocab, stopTokens });
}
