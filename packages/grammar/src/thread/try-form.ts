import { boundedJson, MOST_WHITESPACE } from "./bounded-json.ts";
import { loadXgrammar, type XgrammarProgram } from "./load-xgrammar.ts";
import type { GrammarKind } from "./protocol.ts";

/** The form as the compiler takes it, or why no grammar can be made of it. */
export type TriedForm = { readonly text: string } | { readonly refused: string };

let trial: XgrammarProgram | undefined;

/**
 * Reads a form where a refusal does no harm. Where xgrammar's wasm build throws, it leaves behind the stack it had:
 * after some twenty refusals it writes over its own memory, and what it holds loops or breaks. So forms are read first
 * by a program without a vocabulary, which takes milliseconds to start, and which goes when it has refused one.
 */
export async function tryForm(kind: GrammarKind, text: string): Promise<TriedForm> {
  trial ??= loadXgrammar();
  const program = trial;
  try {
    return { text: await read(program, kind, text) };
  } catch (error) {
    if (trial === program) trial = undefined;
    return { refused: program.why(error) };
  }
}

async function read({ api }: XgrammarProgram, kind: GrammarKind, text: string): Promise<string> {
  const { Grammar } = api;
  if (kind === "structure") {
    const { format } = JSON.parse(text);
    const bounded = { type: "structural_tag", format: await boundedJson(api, format) };
    const told = JSON.stringify(bounded);
    (await Grammar.fromStructuralTag(told)).dispose();
    return told;
  }
  const grammar =
    kind === "json"
      ? await Grammar.fromJSONSchema(text, true, undefined, undefined, true, MOST_WHITESPACE)
      : await Grammar.fromEBNF(text);
  grammar.dispose();
  return text;
}
