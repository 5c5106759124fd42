import type { Ask } from "./ask.ts";

/** The body of a chat request. Besides OpenAI's members it has those of the engine's server, which others ignore. */
export function requestBody(model: string, { messages, tools, toolChoice, format, ...rest }: Ask): object {
  const { sampling, effort, engine } = rest;
  return withoutUndefined({
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: tools.length > 0 ? choice(toolChoice) : undefined,
    response_format: format && responseFormat(format),
    max_tokens: sampling.maxTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    seed: sampling.seed,
    stop: sampling.stop,
    reasoning_effort: effort,
    min_p: engine.minP,
    repetition_penalty: engine.repetitionPenalty,
    logit_bias: engine.logitBias,
    thinking: engine.thinking,
    thought_budget: engine.thoughtBudget,
    chat_template_kwargs: engine.templateVariables,
  });
}

function choice(toolChoice: Ask["toolChoice"]): unknown {
  if (typeof toolChoice === "string") return toolChoice;
  return { type: "function", function: { name: toolChoice.name } };
}

function responseFormat({ schema, name = "answer", description }: NonNullable<Ask["format"]>): unknown {
  if (schema === undefined) return { type: "json_object" };
  return { type: "json_schema", json_schema: withoutUndefined({ name, description, schema, strict: true }) };
}

function withoutUndefined(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
