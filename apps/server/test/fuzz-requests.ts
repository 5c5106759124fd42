import { pick } from "./random.ts";

/** A good request of each route that takes a body. Models answer a few tokens, so that much is tried. */
export const GOOD: Readonly<Record<string, object>> = {
  "/v1/chat/completions": {
    model: "actor",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: [{ type: "text", text: "Hello" }] },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "a", content: "1" },
    ],
    max_tokens: 3,
    temperature: 0.5,
    top_p: 0.9,
    n: 2,
    stop: ["x"],
    seed: 1,
    logit_bias: { 5: 1 },
    tools: [
      {
        type: "function",
        function: { name: "f", parameters: { type: "object", properties: { a: { type: "string" } } } },
      },
    ],
    tool_choice: "auto",
    stream: true,
    stream_options: { include_usage: true },
    chat_template_kwargs: { enable_thinking: false },
  },
  "/v1/completions": {
    model: "actor",
    prompt: ["a", "b"],
    max_tokens: 2,
    echo: true,
    logprobs: 2,
    stop: "x",
    seed: 1,
  },
  "/v1/embeddings": { model: "actor", input: ["a"], encoding_format: "float" },
  "/v1/responses": {
    model: "actor",
    input: [
      { role: "user", content: [{ type: "input_text", text: "Hello" }] },
      { type: "function_call", call_id: "a", name: "f", arguments: "{}" },
      { type: "function_call_output", call_id: "a", output: "1" },
    ],
    instructions: "Be brief.",
    max_output_tokens: 3,
    tools: [{ type: "function", name: "f", parameters: { type: "object" } }],
    reasoning: { effort: "low" },
    stream: true,
  },
  "/v1/messages": {
    model: "actor",
    max_tokens: 3,
    system: [{ type: "text", text: "Be brief." }],
    messages: [
      { role: "user", content: "Hello" },
      { role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input: { a: 1 } }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: "1" }] },
    ],
    tools: [{ name: "f", input_schema: { type: "object" } }],
    thinking: { type: "enabled", budget_tokens: 2 },
    stop_sequences: ["x"],
    stream: true,
  },
  "/v1/messages/count_tokens": { model: "actor", messages: [{ role: "user", content: "Hello" }] },
  "/api/chat": {
    model: "actor",
    messages: [
      { role: "user", content: "Hello" },
      { role: "assistant", content: "", tool_calls: [{ function: { name: "f", arguments: { a: 1 } } }] },
      { role: "tool", tool_name: "f", content: "1" },
    ],
    options: { num_predict: 3, temperature: 0.5, stop: ["x"] },
    keep_alive: "5m",
    think: true,
  },
  "/api/generate": {
    model: "actor",
    prompt: "Hello",
    system: "Be brief.",
    options: { num_predict: 3 },
    stream: false,
  },
  "/api/embed": { model: "actor", input: "a" },
  "/api/show": { model: "actor" },
  "/tokenize": { model: "actor", content: "a b", with_pieces: true },
  "/detokenize": { model: "actor", tokens: [1, 2, 3] },
  "/engine/models/load": { model: "actor", keep_alive: -1 },
  "/engine/models/delete": { model: "actor", token: "x" },
  "/engine/models/quantize": { model: "actor", name: "small", type: "int8" },
};

const NASTY: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1e308,
    -0.5,
    2 ** 53,
    1e-320,
    "",
    " ",
    "a",
    "\u0000",
    "\ud800",
    "𝔘",
    "__proto__",
  ],
  ...[
    "<|im_end|>",
    "<think>",
    "<tool_call>",
    "</tool_call>",
    "{{ 7 * 7 }}",
    "{% for a in b %}",
    "../../etc/passwd",
    "a".repeat(5000),
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    [{}],
    { type: "text" },
    { role: "user" },
    { $ref: "#" },
    { toString: 1 },
    { length: 9 },
  ],
  ...[
    "true",
    "5m",
    "-1",
    "NaN",
    "required",
    "function",
    "json_object",
    "system",
    "assistant",
    "tool",
    "text",
  ],
];

/** The request with some of its members changed, at any depth, now and then to one of `more`. */
export function mutated(value: unknown, random: () => number, more: readonly unknown[] = []): unknown {
  const copy = structuredClone(value);
  const values = more.length > 0 && random() < 0.5 ? more : NASTY;
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) change(copy, random, values);
  return copy;
}

function change(root: unknown, random: () => number, values: readonly unknown[]): void {
  let node = root as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(node);
    const key =
      keys.length > 0 && random() < 0.9 ? pick(random, keys) : pick(random, ["extra", "__proto__", "0"]);
    // What an object inherits is not its own to change.
    const inner = Object.hasOwn(node, key) ? node[key] : undefined;
    if (typeof inner === "object" && inner !== null && random() < 0.7) {
      node = inner as Record<string, unknown>;
      continue;
    }
    const luck = random();
    const nasty = structuredClone(pick(random, values));
    const value =
      luck < 0.4 && Array.isArray(inner) ? Array.from({ length: 40 }, () => structuredClone(nasty)) : nasty;
    if (luck < 0.2) delete node[key];
    else Object.defineProperty(node, key, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
}

/** A body as text: mostly JSON, now and then cut or with strange bytes. */
export function bodyOf(value: unknown, random: () => number): string {
  const text = JSON.stringify(value);
  const luck = random();
  if (luck < 0.9) return text;
  const place = Math.floor(random() * text.length);
  return luck < 0.95
    ? text.slice(0, place)
    : text.slice(0, place) + pick(random, ["\u0000", "\\ud800", "]", "{", "\\"]) + text.slice(place);
}
