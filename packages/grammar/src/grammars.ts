import { EngineError } from "@engine/core";
import type { Constraint } from "@engine/runtime";
import type { ChannelDescription, Tokenizer } from "@engine/tokenizer";
import { callMarks, NO_MARKS } from "./call-marks.ts";
import { callStructure, type Otherwise } from "./calls/call-structure.ts";
import { encodedVocab, vocabType } from "./encoded-vocab.ts";
import { stopTokensOf } from "./stop-tokens.ts";
import { type GrammarThread, grammarThread } from "./thread/grammar-thread.ts";
import type { GrammarKind } from "./thread/protocol.ts";
import { type Match, ThreadConstraint } from "./thread-constraint.ts";

/** What grammars need of a model: a loaded one is such. */
export interface GrammarModel {
  readonly tokenizer?: Tokenizer;
  /** Length of the logits. */
  readonly vocab: number;
  readonly generationConfig: { readonly eosTokenIds: readonly number[] };
  /** How its calls are written; without it none can be asked for. */
  readonly channels?: ChannelDescription;
}

/**
 * Makes constraints for one model's answers, each for one answer. A grammar is compiled once, however often it is
 * asked for. All throw `bad-option` for what they cannot read.
 */
export interface Grammars {
  /** JSON that fits a schema, or any JSON object without one. Only what the schema names may come. */
  json(schema?: object): Promise<Constraint>;
  /** The whole answer matches the expression. */
  regex(pattern: string): Promise<Constraint>;
  /** One of these texts. */
  choice(texts: readonly string[]): Promise<Constraint>;
  /** An EBNF grammar with a rule "root", as xgrammar reads it. */
  ebnf(grammar: string): Promise<Constraint>;
  /** Text with parts of a given form between given marks: xgrammar's structural tags. */
  structure(format: object): Promise<Constraint>;
  /**
   * One call of one of the tools (as OpenAI describes them), in the model's own form, with arguments that fit the
   * tool's schema. `otherwise`: "text" for any text in which calls are held so, or the schema of JSON that may come
   * instead.
   */
  call(tools: readonly unknown[], options?: { readonly otherwise?: Otherwise }): Promise<Constraint>;
  dispose(): void;
}

const ANY_OBJECT = { type: "object", additionalProperties: true };

/** Reads the model's vocabulary in a thread of its own, which takes a moment: keep it as long as the model. */
export async function createGrammars(
  { tokenizer, vocab, generationConfig, channels }: GrammarModel,
  { thread: make = grammarThread }: { readonly thread?: () => GrammarThread } = {},
): Promise<Grammars> {
  if (!tokenizer)
    throw new EngineError(
      "bad-option",
      "The model has no tokenizer, so its answers cannot be held to a form.",
    );
  const { eosTokenIds } = generationConfig;
  const stopTokens = stopTokensOf(tokenizer, { vocab, eosTokenIds, channels });
  if (stopTokens.length === 0)
    throw new EngineError(
      "bad-option",
      "The model has no stop token (eosTokenIds, eos_token), so no constrained answer could end.",
    );
  const marks = channels ? callMarks(tokenizer, channels) : NO_MARKS;
  const start = async (thread: GrammarThread): Promise<GrammarThread> => {
    for await (const tokens of encodedVocab(tokenizer, marks)) await thread.ask({ ask: "tokens", tokens });
    await thread.ask({ ask: "begin", type: vocabType(tokenizer), vocab, stopTokens });
    return thread;
  };
  const ready = async (): Promise<GrammarThread> => {
    const thread = make();
    // What broke by what was asked before works in the next.
    return start(thread).catch((error) => {
      if (!thread.ended) throw error;
      return start(make());
    });
  };
  let current = ready();
  await current;
  let disposed = false;
  /** The thread, or a new one in the place of one that has ended. */
  const living = async (): Promise<GrammarThread> => {
    const seen = current;
    const alive = await seen.then(({ ended }) => !ended).catch(() => false);
    if (!alive && !disposed && current === seen) current = ready();
    return current;
  };
  const family = { channels, marks, ends: stopTokens.flatMap((id) => tokenizer.tokenText(id) ?? []) };
  const marked = [...marks.spelled.keys()];

  const constraint = async (
    what: string,
    grammar: { readonly kind: GrammarKind; readonly text: string; readonly never?: readonly number[] },
  ): Promise<Constraint> => {
    const { kind, text, never = marked } = grammar;
    const open = async (): Promise<Match> => {
      const thread = await living();
      const reply = await thread.ask({ ask: "match", kind, text });
      if ("match" in reply) return { thread, match: reply.match };
      const why = "refused" in reply ? reply.refused : "no answer";
      throw new EngineError(
        "bad-option",
        `This ${what} cannot be made a grammar (${why}): ${text.slice(0, 200)}`,
      );
    };
    const again = (error: unknown): Promise<Match> => {
      if (disposed || !EngineError.isInstance(error) || error.code !== "out-of-memory") throw error;
      return open();
    };
    return new ThreadConstraint(await open().catch(again), { open, never });
  };
  const structure = (what: string, format: object, never = marked): Promise<Constraint> => {
    const text = JSON.stringify({ type: "structural_tag", format });
    return constraint(what, { kind: "structure", text, never });
  };

  return {
    json: (schema = ANY_OBJECT) => constraint("JSON schema", { kind: "json", text: JSON.stringify(schema) }),
    regex: (pattern) => structure("regular expression", { type: "regex", pattern }),
    choice: (texts) =>
      structure("choice", { type: "or", elements: texts.map((value) => ({ type: "const_string", value })) }),
    ebnf: (text) => constraint("grammar", { kind: "ebnf", text }),
    structure: (format) => structure("structure", format),
    call: async (tools, { otherwise } = {}) =>
      structure("choice of calls", callStructure(tools, { family, otherwise }), []),
    dispose() {
      disposed = true;
      void current.then((thread) => thread.end()).catch(() => {});
    },
  };
}
