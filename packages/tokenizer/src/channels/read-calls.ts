import type { CallSyntax, ToolForm } from "./channel-description.ts";
import { readGemmaCall } from "./read-gemma-call.ts";
import { readJsonCalls } from "./read-json-calls.ts";
import { readNamedCall, readPythonCall, readSeparatedCall } from "./read-named-call.ts";
import { readFunctionCall, readPairsCall } from "./read-tagged-call.ts";
import type { ToolSchemas, WrittenCall } from "./tool-call.ts";

type Reader = (body: string, tools: ToolSchemas) => readonly WrittenCall[] | undefined;

const one =
  (read: (body: string, tools: ToolSchemas) => WrittenCall | undefined): Reader =>
  (body, tools) => {
    const call = read(body, tools);
    return call && [call];
  };

const READERS: Readonly<Record<CallSyntax, Reader>> = {
  json: readJsonCalls,
  named: one(readNamedCall),
  gemma: one(readGemmaCall),
  functions: one(readFunctionCall),
  pairs: one(readPairsCall),
  python: one(readPythonCall),
  separated: one(readSeparatedCall),
};

/** The calls between a form's markers; undefined where none of its syntaxes fits. */
export function readCalls(
  form: ToolForm,
  body: string,
  tools: ToolSchemas,
): readonly WrittenCall[] | undefined {
  for (const syntax of form.syntaxes) {
    const calls = READERS[syntax](body, tools);
    if (calls) return calls;
  }
  return undefined;
}

/**
 * Whether a text is on the way to a call without markers: "yes" once it begins, white space aside, as a JSON call of
 * a given tool does, "open" while it may still do so. Once "no", it stays "no" whatever follows.
 */
export function beginsCall(text: string, tools: ToolSchemas): "yes" | "open" | "no" {
  const begun = text.slice(0, 4096).replace(/\s+/g, "");
  const heads = [...tools.keys()].flatMap((name) =>
    ['{"name":', '{"type":"function","name":'].map(
      (start) => start + JSON.stringify(name).replace(/\s+/g, ""),
    ),
  );
  if (heads.some((head) => begun.startsWith(head))) return "yes";
  return heads.some((head) => head.startsWith(begun)) ? "open" : "no";
}
