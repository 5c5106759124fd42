import type { ChatOptions } from "@engine/auto";
import { EngineError } from "@engine/core";
import { createGrammars, type Grammars } from "@engine/grammar";
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
  /** A call of one of the tools, with arguments that fit its schema; or what it may be otherwise. */
  call(tools: readonly Tool[], otherwise?: "text" | JsonFormat): Promise<Constrained>;
}

/** Constraints for a model's answers. Its vocabulary is read when the first one is asked for. */
export function constraintsOf(model: ChatModel): Constraints {
  let grammars: Promise<Grammars> | undefined;
  const held = async (make: (made: Grammars) => ReturnType<Grammars["json"]>): Promise<Constrained> => {
    try {
      grammars ??= createGrammars(model);
      return { constraint: await make(await grammars) };
    } catch (error) {
      if (!EngineError.isInstance(error)) throw error;
      return { why: error.message };
    }
  };
  return {
    json: (format) => held((made) => made.json(jsonOf(format).schema)),
    async call(tools, otherwise) {
      if (tools.length === 0) return { why: "there is no such tool" };
      const instead = typeof otherwise === "object" ? jsonOf(otherwise) : otherwise;
      return held((made) => made.call(tools, { otherwise: instead }));
    },
  };
}

function jsonOf({ schema }: JsonFormat): { readonly schema: Readonly<Record<string, unknown>> } {
  return { schema: isObject(schema) ? schema : { type: "object", additionalProperties: true } };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
