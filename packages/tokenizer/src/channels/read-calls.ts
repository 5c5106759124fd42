import type { CallSyntax, ToolForm } from "./channel-description.ts";
import { readGemmaCall } from "./read-gemma-call.ts";
import { readInvokeCalls, readParamsCall } from "./read-invoke-calls.ts";
import { readJsonCalls, readKeyedCalls } from "./read-json-calls.ts";
import { readMarkedCall } from "./read-marked-call.ts";
import { readMinimaxCalls } from "./read-minimax-calls.ts";
import { readLineCall, readNamedCall, readTitledCall } from "./read-named-call.ts";
import { readPythonCalls } from "./read-python-calls.ts";
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
  keyed: readKeyedCalls,
  named: one(readNamedCall),
  titled: one(readTitledCall),
  line: one(readLineCall),
  marked: one(readMarkedCall),
  gemma: one(readGemmaCall),
  python: readPythonCalls,
  functions: one(readFunctionCall),
  pairs: one(readPairsCall),
  invoke: readInvokeCalls,
  params: one(readParamsCall),
  minimax: readMinimaxCalls,
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
 * Whether a text is on the way to a call without markers: "yes" once it begins, white space aside, as a call of a
 * given tool does, "open" while it may still do so. Once "no", it stays "no" whatever follows.
 */
export function beginsCall(text: string, { syntaxes }: ToolForm, tools: ToolSchemas): "yes" | "open" | "no" {
  const line = syntaxes.includes("line");
  const begun = line ? text.trimStart() : text.slice(0, 4096).replace(/\s+/g, "");
  const heads = [...tools.keys()].flatMap((name) => (line ? [`${name}\n`] : jsonHeads(name)));
  if (heads.some((head) => begun.startsWith(head))) return "yes";
  return heads.some((head) => head.startsWith(begun)) ? "open" : "no";
}

function jsonHeads(name: string): readonly string[] {
  const quoted = JSON.stringify(name).replace(/\s+/g, "");
  return ['{"name":', '{"type":"function","name":'].map((start) => start + quoted);
}
