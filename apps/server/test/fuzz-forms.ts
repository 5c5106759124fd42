/** A schema with much of what there is in one. */
export const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", pattern: "[a-z]{1,5}", maxLength: 5 },
    size: { enum: ["small", "large", 1, null] },
    count: { type: "integer", minimum: 1, maximum: 9 },
    parts: { type: "array", items: { $ref: "#/$defs/part" }, minItems: 1, maxItems: 2 },
    when: { type: "string", format: "date-time" },
  },
  required: ["name", "size"],
  additionalProperties: false,
  $defs: { part: { anyOf: [{ type: "number" }, { const: "x" }, { type: "boolean" }] } },
};

const ask = { model: "actor", max_tokens: 12 };
const messages = [{ role: "user", content: "Hello" }];
/** Requests whose answers are held to a form: each is good with a good schema. */
export const FORMS: readonly (readonly [path: string, body: (schema: unknown) => object])[] = [
  [
    "/v1/chat/completions",
    (schema) => ({
      ...ask,
      messages,
      response_format: { type: "json_schema", json_schema: { name: "a", schema } },
    }),
  ],
  [
    "/v1/chat/completions",
    (parameters) => ({ ...ask, messages, tools: [functionOf({ parameters })], tool_choice: "required" }),
  ],
  [
    "/v1/chat/completions",
    (parameters) => ({ ...ask, messages, tools: [functionOf({ parameters, strict: true })], stream: true }),
  ],
  [
    "/v1/completions",
    (schema) => ({
      ...ask,
      prompt: "a",
      response_format: { type: "json_schema", json_schema: { schema } },
      n: 2,
    }),
  ],
  [
    "/v1/responses",
    (schema) => ({
      model: "actor",
      input: "Hello",
      max_output_tokens: 12,
      text: { format: { type: "json_schema", name: "a", schema } },
    }),
  ],
  [
    "/v1/messages",
    (input_schema) => ({
      ...ask,
      messages,
      tools: [{ name: "f", input_schema }],
      tool_choice: { type: "any" },
    }),
  ],
  [
    "/v1/messages",
    (schema) => ({
      ...ask,
      messages,
      output_config: { format: { type: "json_schema", schema } },
      stream: true,
    }),
  ],
  ["/api/chat", (format) => ({ model: "actor", messages, options: { num_predict: 12 }, format })],
  [
    "/api/generate",
    (format) => ({ model: "actor", prompt: "Hello", options: { num_predict: 12 }, format, stream: false }),
  ],
  [
    "/v1/completions",
    (schema) => ({ ...ask, prompt: "a", structured_outputs: { regex: patternOf(schema) } }),
  ],
  ["/v1/chat/completions", (schema) => ({ ...ask, messages, guided_choice: namesOf(schema) })],
  [
    "/v1/chat/completions",
    (schema) => ({ ...ask, messages, guided_grammar: `root ::= "a" | "b" ${patternOf(schema)}` }),
  ],
];

function propertiesOf(schema: unknown): Readonly<Record<string, unknown>> {
  return (schema as Partial<typeof SCHEMA> | null)?.properties ?? {};
}

function namesOf(schema: unknown): readonly string[] {
  return Object.keys(propertiesOf(schema));
}

function patternOf(schema: unknown): unknown {
  return (propertiesOf(schema).name as { readonly pattern?: unknown } | null | undefined)?.pattern;
}

function functionOf(more: object): object {
  return { type: "function", function: { name: "f", description: "Does it.", ...more } };
}

const deep = (levels: number): object =>
  levels === 0 ? {} : { type: "object", properties: { a: deep(levels - 1) }, required: ["a"] };

/** What a schema may not be, or only just: loops, sizes without an end, kinds that no one knows. */
export const NASTY_FORMS: readonly unknown[] = [
  ...[{ $ref: "#" }, { $ref: "#/$defs/part" }, { $ref: "#/nowhere" }, { $ref: "http://a/b" }, { $ref: 1 }],
  ...[{ type: "nonsense" }, { type: ["string", "null"] }, { type: [] }, { type: "null" }, { not: {} }],
  ...[{ allOf: [{ type: "string" }, { type: "number" }] }, { oneOf: [] }, { anyOf: [{ $ref: "#" }] }],
  ...[
    { enum: [] },
    { enum: [{ a: [1] }, "\u0000", "\ud800"] },
    { const: { __proto__: 1 } },
    { if: {}, else: {} },
  ],
  ...[
    { type: "string", pattern: "(" },
    { type: "string", pattern: "^(a+)+$" },
    { type: "string", pattern: "" },
  ],
  ...[
    { type: "string", pattern: "\\p{L}\\d\\b(?=a)" },
    { type: "string", pattern: "[\\u{1F600}-\ud800]" },
  ],
  ...[
    { type: "string", pattern: "(a{1,99}){1,99}" },
    { type: "string", pattern: "a{99999999999}" },
  ],
  ...[
    { type: "string", minLength: 1e9 },
    { type: "string", maxLength: -1 },
    { type: "string", minLength: 9, maxLength: 1 },
  ],
  ...[
    { type: "string", format: "uri" },
    { type: "string", format: "nonsense" },
    { type: "string", format: 1 },
  ],
  ...[
    { type: "integer", minimum: 9, maximum: 1 },
    { type: "integer", minimum: -1e300, maximum: 1e300 },
  ],
  ...[
    { type: "number", multipleOf: 0 },
    { type: "number", exclusiveMinimum: 1e-300, maximum: 1e-299 },
  ],
  ...[
    { type: "array", minItems: 1e6 },
    { type: "array", items: false },
    { type: "array", prefixItems: [{}, 1] },
  ],
  ...[{ type: "array", items: { type: "array", items: { $ref: "#" } }, minItems: 50, maxItems: 50 }],
  ...[
    { type: "object", minProperties: 40 },
    { type: "object", patternProperties: { "(": {} } },
  ],
  ...[
    { type: "object", propertyNames: { pattern: "a" } },
    { type: "object", required: ["a", "a", "b"] },
  ],
  ...[
    deep(12),
    { additionalProperties: { $ref: "#" } },
    "[a-",
    "(?=a)b",
    "a||(b{1,50}){1,50}",
    5e-324,
    -9007199254740994,
    1e21,
  ],
];
