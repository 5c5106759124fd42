import type { CompiledGrammar, GrammarCompiler, GrammarMatcher, TokenizerInfo } from "@mlc-ai/web-xgrammar";
import { MOST_WHITESPACE } from "./bounded-json.ts";
import { loadXgrammar } from "./load-xgrammar.ts";
import type { GrammarKind, Question, Reply } from "./protocol.ts";
import { tryForm } from "./try-form.ts";

/** Most grammars kept compiled; the longest unused go. */
const KEPT = 64;

/** Follows grammars over one vocabulary, in whichever thread it is called. */
export interface Matches {
  /** After a reply that is `broken`, and after it threw, it is not to be asked any more. */
  answer(question: Question): Promise<Reply>;
  dispose(): void;
}

export function createMatches(): Matches {
  const program = loadXgrammar();
  const { TokenizerInfo: Infos, GrammarCompiler: Compilers, GrammarMatcher: Matchers } = program.api;
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
  const match = async (kind: GrammarKind, text: string): Promise<Reply> => {
    const number = ++last;
    const key = `${kind} ${text}`;
    let grammar = kept.get(key);
    if (!grammar) {
      const tried = await tryForm(kind, text);
      if ("refused" in tried) return tried;
      // Kept at once, so that who asks for the same meanwhile waits for this one.
      grammar = kept.get(key) ?? compiler!.then((made) => compile(made, kind, tried.text));
    }
    kept.delete(key);
    kept.set(key, grammar);
    try {
      matchers.set(number, await Matchers.createGrammarMatcher(await grammar));
    } catch (error) {
      kept.delete(key);
      // What can be read but not compiled, for want of memory, leaves the program as nobody may use it.
      return { refused: program.why(error), broken: true };
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
  return kind === "ebnf" ? compiler.compileGrammar(text) : compiler.compileStructuralTag(text);
}
