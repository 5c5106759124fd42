import type { ChatOptions } from "@engine/auto";
import { ApiError } from "../errors/api-error.ts";

export interface ToolChoice {
  readonly mode: "none" | "auto" | "required";
  /** Only these may be called; all unless given. */
  readonly names?: readonly string[];
}

export interface ToolRules {
  readonly options: Pick<ChatOptions, "tools">;
  readonly maxCalls?: number;
  /** The answer must be a call. */
  readonly required?: boolean;
  /** Calls must fit their schemas. */
  readonly strict?: boolean;
}

/** What a choice of tools means for the answer: which ones the model is shown, and how many calls it may make. */
export function toolRules(
  tools: readonly { readonly [key: string]: unknown }[],
  { choice, parallel }: { readonly choice: ToolChoice; readonly parallel: boolean },
): ToolRules {
  if (tools.length === 0) {
    if (choice.mode === "required") {
      throw new ApiError(400, "'tool_choice' asks for a call, but there are no 'tools'.", {
        param: "tool_choice",
        code: "invalid_value",
      });
    }
    return { options: {} };
  }
  for (const name of choice.names ?? []) {
    if (tools.some((tool) => nameOf(tool) === name)) continue;
    throw new ApiError(400, `'tool_choice' names '${name.slice(0, 100)}', which is not among 'tools'.`, {
      param: "tool_choice",
      code: "invalid_value",
    });
  }
  if (choice.mode === "none") return { options: {} };
  const shown = choice.names ? tools.filter((tool) => choice.names!.includes(nameOf(tool))) : tools;
  return {
    options: { tools: shown },
    ...(parallel ? {} : { maxCalls: 1 }),
    required: choice.mode === "required",
    strict: shown.some((tool) => functionOf(tool)?.strict === true),
  };
}

interface ToolFunction {
  readonly name?: unknown;
  readonly strict?: unknown;
}

function functionOf(tool: { readonly [key: string]: unknown }): ToolFunction | undefined {
  return tool.function as ToolFunction | undefined;
}

function nameOf(tool: { readonly [key: string]: unknown }): string {
  return String(functionOf(tool)?.name);
}
