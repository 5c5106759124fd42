import { EngineError } from "@engine/core";
import type { Constraint } from "@engine/runtime";
import type { Tokenizer } from "@engine/tokenizer";
import type { CompiledGrammar, GrammarCompiler } from "@mlc-ai/web-xgrammar";
import { encodedVocab } from "./encoded-vocab.ts";
import { loadXgrammar } from "./load-xgrammar.ts";
import { MatcherConstraint } from "./matcher-constraint.ts";

/** What grammars need of a model. */
export interface GrammarModel {
  readonly tokenizer: Tokenizer;
  /** Length of the logits. */
  readonly vocab: number;
  /** Tokens that end an answer; they are allowed where a grammar is complete. */
  readonly stopTokens: readonly number[];
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
  /** Text with parts of a given form between given marks: xgrammar's structural tags. For tool calls. */
  structure(format: object): Promise<Constraint>;
  dispose(): void;
}

/** Most grammars kept compiled; the longest unused go. */
const KEPT = 64;

/** Whitespace between two parts of JSON: room for lines and indents, and an end to a model that writes nothing else. */
const MOST_WHITESPACE = 8;

/** Reads the model's vocabulary, which takes a moment: keep it as long as the model. */
export async function createGrammars({ tokenizer, vocab, stopTokens }: GrammarModel): Promise<Grammars> {
  const { TokenizerInfo, GrammarCompiler: Compilers, GrammarMatcher: Matchers } = loadXgrammar();
  if (stopTokens.length === 0)
    throw new EngineError("bad-option", "stopTokens: there are none, so no constrained answer could end.");
  const { tokens, type } = encodedVocab(tokenizer);
  const info = await TokenizerInfo.createTokenizerInfo([...tokens], type, false, vocab, [...stopTokens]);
  const compiler = await Compilers.createGrammarCompiler(info, false);
  const kept = new Map<string, Promise<CompiledGrammar>>();

  const constraint = async (
    kind: string,
    text: string,
    compile: (compiler: GrammarCompiler) => Promise<CompiledGrammar>,
  ): Promise<Constraint> => {
    const key = `${kind} ${text}`;
    const compiled = kept.get(key) ?? compile(compiler);
    kept.delete(key);
    kept.set(key, compiled);
    try {
      const matcher = await Matchers.createGrammarMatcher(await compiled);
      const [oldest] = kept;
      if (kept.size > KEPT && oldest) {
        kept.delete(oldest[0]);
        (await oldest[1]).dispose();
      }
      return new MatcherConstraint(matcher);
    } catch (error) {
      kept.delete(key);
      const why = error instanceof Error ? error.message : "xgrammar does not say why";
      throw new EngineError(
        "bad-option",
        `This ${kind} cannot be made a grammar (${why}): ${text.slice(0, 200)}`,
        {
          cause: error,
        },
      );
    }
  };
  const structure = (kind: string, format: object): Promise<Constraint> => {
    const text = JSON.stringify({ type: "structural_tag", format });
    return constraint(kind, text, (made) => made.compileStructuralTag(text));
  };

  return {
    json(schema = { type: "object", additionalProperties: true }) {
      const text = JSON.stringify(schema);
      return constraint("JSON schema", text, (made) =>
        made.compileJSONSchema(text, true, undefined, undefined, true, MOST_WHITESPACE),
      );
    },
    regex: (pattern) => structure("regular expression", { type: "regex", pattern }),
    choice: (texts) =>
      structure("choice", { type: "or", elements: texts.map((value) => ({ type: "const_string", value })) }),
    ebnf: (grammar) => constraint("grammar", grammar, (made) => made.compileGrammar(grammar)),
    structure: (format) => structure("structure", format),
    dispose() {
      for (const compiled of kept.values()) void compiled.then((grammar) => grammar.dispose());
      kept.clear();
      compiler.dispose();
      info.dispose();
    },
  };
}
