import type { CompiledGrammar, GrammarCompiler, GrammarMatcher, TokenizerInfo } from "@mlc-ai/web-xgrammar";
import { boundedJson, MOST_WHITESPACE } from "./bounded-json.ts";
import { isBroken, loadXgrammar, takeComplaint } from "./load-xgrammar.ts";
import type { GrammarKind, Question, Reply } from "./protocol.ts";

/** Most grammars kept compiled; the longest unused go. */
const KEPT = 64;

/** Follows grammars over one vocabulary, in whichever thread it is called. */
export interface Matches {
  answer(question: Question): Promise<Reply>;
  dispose(): void;
}

export function createMatches(): Matches {
  const { TokenizerInfo: Infos, GrammarCompiler: Compilers, GrammarMatcher: Matchers } = loadXgrammar();
  const tokens: string[] = [];
  let info: TokenizerInfo | undefined;
  let compiler: Promise<GrammarCompiler> | undefined;
  const kept = new Map<string, Promise<CompiledGrammar>>();
  const matchers = new Map<number, GrammarMatcher>();
  let last = 0;

  const begin = async ({
    type,
    vocab,
    stopTokens,
  }: Question & { ask: "begin" }): Promise<GrammarCompiler> => {
    info = await Infos.createTokenizerInfo(tokens, type, false, vocab, [...stopTokens]);
    tokens.length = 0;
    return Compilers.createGrammarCompiler(info, false);
  };
  const compiled = async (kind: GrammarKind, text: string): Promise<CompiledGrammar> => {
    const key = `${kind} ${text}`;
    // Kept at once, so that who asks for the same meanwhile waits for this one.
    const grammar = kept.get(key) ?? compiler!.then((made) => compile(made, kind, text));
    kept.delete(key);
    kept.set(key, grammar);
    try {
      return await grammar;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  };
  const match = async (kind: GrammarKind, text: string): Promise<Reply> => {
    const number = ++last;
    try {
      matchers.set(number, await Matchers.createGrammarMatcher(await compiled(kind, text)));
    } catch (error) {
      const complaint = takeComplaint();
      if (complaint === undefined && isBroken(error)) throw error;
      const why = complaint ?? (error instanceof Error ? error.message : "xgrammar does not say why");
      return { refused: why };
    }
    const [oldest] = kept;
    if (kept.size > KEPT && oldest) {
      kept.delete(oldest[0]);
      (await oldest[1]).dispose();
    }
    return { match: number };
  };
  const next = async (matcher: GrammarMatcher, came: readonly number[]): Promise<Reply> => {
    const odd = came.find((token) => !matcher.acceptToken(token));
    if (odd !== undefined) return { refused: `${odd}` };
    const mask = await matcher.getNextTokenBitmask();
    return { mask: new Uint32Array(mask) };
  };

  return {
    async answer(question) {
      switch (question.ask) {
        case "tokens":
          tokens.push(...question.tokens);
          break;
        case "begin":
          compiler = begin(question);
          await compiler;
          break;
        case "match":
          return match(question.kind, question.text);
        case "next":
          return next(matchers.get(question.match)!, question.tokens);
        case "end":
          matchers.get(question.match)?.dispose();
          matchers.delete(question.match);
      }
      return { done: true };
    },
    dispose() {
      // What could not be made has nothing to give back, and a broken program gives nothing.
      for (const grammar of kept.values()) grammar.then((made) => made.dispose()).catch(() => {});
      kept.clear();
      compiler
        ?.then((made) => made.dispose())
        .then(() => info?.dispose())
        .catch(() => {});
    },
  };
}

async function compile(compiler: GrammarCompiler, kind: GrammarKind, text: string): Promise<CompiledGrammar> {
  if (kind === "json")
    return compiler.compileJSONSchema(text, true, undefined, undefined, true, MOST_WHITESPACE);
  if (kind === "ebnf") return compiler.compileGrammar(text);
  const { format } = JSON.parse(text);
  const bounded = { type: "structural_tag", format: await boundedJson(format) };
  return compiler.compileStructuralTag(JSON.stringify(bounded));
}
