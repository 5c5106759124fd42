import { EngineError } from "@engine/core";
import { type ChannelDescription, markersOf, type ToolForm } from "@engine/tokenizer";
import type { CallMarks } from "../call-marks.ts";
import { argumentStructure } from "./argument-structure.ts";
import { type JsonSchema, type Tool, toolOf } from "./tool.ts";

/** What an answer may be besides a call: nothing, any text with calls in it, or JSON of a schema. */
export type Otherwise = undefined | "text" | { readonly schema: JsonSchema };

export interface CallFamily {
  readonly channels: ChannelDescription | undefined;
  readonly marks: CallMarks;
  /** Texts of tokens that end an answer: what a frame has from there on does not come. */
  readonly ends: readonly string[];
}

/** xgrammar's structural tag for calls as a family writes them. Throws `bad-option` where it cannot be asked for. */
export function callStructure(
  tools: readonly unknown[],
  { family, otherwise }: { readonly family: CallFamily; readonly otherwise: Otherwise },
): object {
  const { channels, marks } = family;
  const form = channels?.tools.find(({ frame }) => frame !== undefined);
  if (!channels || !form) {
    const name = channels
      ? `calls of its family (${channels.name}) are`
      : "a model without a chat template is";
    throw new EngineError(
      "bad-option",
      `A call cannot be held to its schema here: ${name} in no form a grammar knows. Leave the choice to the model.`,
    );
  }
  const calls = tools.map((tool) => oneCall(toolOf(tool), form, family));
  if (otherwise === undefined) return { type: "sequence", elements: [LINES, either(calls.map(whole))] };
  if (otherwise === "text") return withText(calls, { form, channels, marks });
  return either([...calls.map(whole), { type: "json_schema", json_schema: otherwise.schema }]);
}

interface Call {
  readonly begin: string;
  /** What stands between the beginning and the end. */
  readonly content: object;
  readonly end: string;
}

/** Models put a call some lines after a thought. */
const LINES = { type: "regex", pattern: "\\n{0,2}" };
/** Nine letters and digits, the only form Mistral's templates take. */
const CALL_ID = { type: "regex", pattern: "[A-Za-z0-9]{9}" };

function oneCall({ name, parameters }: Tool, { frame }: ToolForm, { marks, ends }: CallFamily): Call {
  const { before, after, arguments: kind } = frame!;
  const quoted = JSON.stringify(name).slice(1, -1);
  const [begin = "", ...rest] = before.split("CALLID").map((part) => part.replace("NAME", () => quoted));
  const cut = Math.min(...ends.map((end) => after.indexOf(end)).filter((at) => at >= 0), after.length);
  const args = argumentStructure(parameters, { kind, spell: marks.spell });
  const content =
    rest.length === 0
      ? args
      : sequence([...rest.flatMap((part) => [CALL_ID, constant(marks.spell(part))]), args]);
  return { begin: marks.spell(begin), content, end: marks.spell(after.slice(0, cut)) };
}

function whole({ begin, content, end }: Call): object {
  return sequence([constant(begin), content, ...(end === "" ? [] : [constant(end)])]);
}

/** Free text, in which a call's first marker binds what follows. */
function withText(
  calls: readonly Call[],
  {
    form,
    channels,
    marks,
  }: { readonly form: ToolForm; readonly channels: ChannelDescription; readonly marks: CallMarks },
): object {
  const { before } = form.frame!;
  const marker = markersOf(channels)
    .filter((one) => before.startsWith(one))
    .toSorted((a, b) => b.length - a.length)[0];
  if (marker === undefined) {
    // An answer that begins like a call is one as a whole.
    if (before.startsWith("{"))
      return either([...calls.map(whole), { type: "regex", pattern: "([^{](.|\\n)*)?" }]);
    throw new EngineError(
      "bad-option",
      `Tools cannot be strict here: calls of this family (${channels.name}) begin with nothing that tells them from text. Require a call, or leave 'strict' out.`,
    );
  }
  const tags = calls.map(({ begin, content, end }) => ({ type: "tag", begin, content, end }));
  return { type: "triggered_tags", triggers: [marks.spell(marker)], tags };
}

export function constant(value: string): object {
  return { type: "const_string", value };
}

export function sequence(elements: readonly object[]): object {
  return elements.length === 1 ? elements[0]! : { type: "sequence", elements };
}

export function either(elements: readonly object[]): object {
  return elements.length === 1 ? elements[0]! : { type: "or", elements };
}
