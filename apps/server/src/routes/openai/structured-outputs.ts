import { z } from "zod";
import type { AskedForm, JsonSchema } from "../../answers/answer-job.ts";
import { ApiError, unsupported } from "../../errors/api-error.ts";
import { readJson } from "../../http/read-json.ts";
import { type ChatFormat, jsonFormat } from "./json-format.ts";

const KINDS = ["regex", "choice", "json", "grammar"] as const;

const text = z.string().min(1).max(100_000).nullish();
const kinds = {
  regex: text,
  choice: z.array(z.string().min(1).max(10_000)).min(1).max(1000).nullish(),
  /** A schema, or the text of one. */
  json: z.union([z.looseObject({}), z.string()]).nullish(),
  grammar: text,
};
const unhonoured = z.unknown().optional();

/** vLLM's word for the form of an answer, and the words it had before. */
export const structured = {
  structured_outputs: z
    .object({ ...kinds, json_object: unhonoured, structural_tag: unhonoured, whitespace_pattern: unhonoured })
    .nullish(),
  guided_regex: kinds.regex,
  guided_choice: kinds.choice,
  guided_json: kinds.json,
  guided_grammar: kinds.grammar,
};

const shape = z.object(structured);
type StructuredRequest = z.infer<typeof shape> & { readonly response_format?: ChatFormat };

/** The form that a request asks for, in whichever way; undefined where it asks for text. Throws 400 for more than one. */
export function askedForm(request: StructuredRequest): AskedForm | undefined {
  const { structured_outputs: outputs } = request;
  for (const param of ["json_object", "structural_tag", "whitespace_pattern"] as const) {
    const name = `structured_outputs.${param}`;
    if (isTold(outputs?.[param]))
      throw unsupported(name, `'${name}' is not supported. Use one of ${KINDS.join(", ")}.`);
  }
  const json = jsonFormat(request.response_format);
  const asked = [
    ...(json ? [{ param: "response_format", form: json }] : []),
    ...KINDS.flatMap((kind) => told(kind, { param: `structured_outputs.${kind}`, value: outputs?.[kind] })),
    ...KINDS.flatMap((kind) => told(kind, { param: `guided_${kind}`, value: request[`guided_${kind}`] })),
  ];
  const [first, second] = asked;
  if (second)
    throw invalid(
      second.param,
      `'${first!.param}' and '${second.param}' both say what form the answer has. Leave one of them out.`,
    );
  if (outputs && !first)
    throw invalid(
      "structured_outputs",
      `'structured_outputs' names no form. Give one of ${KINDS.join(", ")}.`,
    );
  return first?.form;
}

interface Told {
  readonly param: string;
  readonly value: unknown;
}

function told(kind: (typeof KINDS)[number], { param, value }: Told) {
  return isTold(value) ? [{ param, form: formOf(kind, { param, value }) }] : [];
}

/** Of what the schemas above let pass. */
function formOf(kind: (typeof KINDS)[number], { param, value }: Told): AskedForm {
  switch (kind) {
    case "regex":
      return { kind, pattern: value as string };
    case "choice":
      return { kind, texts: value as readonly string[] };
    case "grammar":
      return { kind, ebnf: value as string };
    case "json":
      return { kind, schema: schemaOf(param, value) };
  }
}

function schemaOf(param: string, value: unknown): JsonSchema {
  const schema = typeof value === "string" ? readJson(value, `'${param}'`) : value;
  if (typeof schema === "object" && schema !== null && !Array.isArray(schema)) return schema as JsonSchema;
  throw invalid(param, `'${param}' is no JSON schema, which is an object.`);
}

function isTold(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function invalid(param: string, why: string): ApiError {
  return new ApiError(400, why, { param, code: "invalid_value" });
}
