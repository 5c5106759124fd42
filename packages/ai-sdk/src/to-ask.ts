import type { Ask, Tool } from "./ask.ts";
import { engineOptions } from "./engine-options.ts";
import type { CallOptions, Warning } from "./spec.ts";
import { toMessages } from "./to-messages.ts";

/** A call of the AI SDK, and warnings for what of it means nothing here. Throws what `toMessages` does. */
export function toAsk(options: CallOptions): { readonly ask: Ask; readonly warnings: readonly Warning[] } {
  const { options: engine, warnings } = engineOptions(options);
  const { toolChoice, responseFormat, stopSequences, abortSignal, headers = {} } = options;
  const tools = options.tools ?? [];
  const ask: Ask = {
    messages: toMessages(options.prompt),
    tools: tools.flatMap((tool): Tool[] => {
      if (tool.type !== "function") return [];
      const { name, description, inputSchema: parameters, strict } = tool;
      const more = {
        ...(description !== undefined && { description }),
        ...(strict !== undefined && { strict }),
      };
      return [{ type: "function", function: { name, ...more, parameters } }];
    }),
    toolChoice: toolChoice?.type === "tool" ? { name: toolChoice.toolName } : (toolChoice?.type ?? "auto"),
    format: responseFormat?.type === "json" ? jsonFormat(responseFormat) : undefined,
    sampling: defined({
      maxTokens: options.maxOutputTokens,
      temperature: options.temperature,
      topP: options.topP,
      topK: options.topK,
      presencePenalty: options.presencePenalty,
      frequencyPenalty: options.frequencyPenalty,
      seed: options.seed,
      stop: stopSequences?.length ? stopSequences : undefined,
    }),
    effort:
      "reasoning" in options && options.reasoning !== "provider-default" ? options.reasoning : undefined,
    engine,
    signal: abortSignal,
    headers,
  };
  const foreign = tools.filter((tool) => tool.type !== "function");
  return { ask, warnings: [...warnings, ...foreign.map(({ name }) => noProviderTools(name))] };
}

function jsonFormat(format: {
  schema?: unknown;
  name?: string;
  description?: string;
}): NonNullable<Ask["format"]> {
  const { schema, name, description } = format;
  return defined({ schema, name, description });
}

function noProviderTools(name: string): Warning {
  return {
    type: "unsupported",
    feature: `tool ${name}`,
    details: "It is run by another provider; only function tools can be called here.",
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The members that have a value. */
function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
