import { UsageError } from "../usage-error.ts";

export interface PromptFlags {
  readonly prompt?: string;
  readonly file?: string;
  readonly tokenIds?: readonly number[];
}

export type PromptSource =
  | { readonly from: "text"; readonly text: string }
  /** "-" is standard input. */
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "ids"; readonly ids: readonly number[] };

export interface ModelAndPrompt {
  /** Undefined: the demo model. */
  readonly model?: string;
  readonly prompt?: PromptSource;
}

/**
 * What `run [MODEL] [PROMPT]` means. One argument alone is the model, unless no model can be called that
 * (it has a space, or letters no path or hub id has) and nothing exists under that name.
 */
export function modelAndPrompt(
  args: readonly string[],
  flags: PromptFlags,
  exists: (path: string) => boolean,
): ModelAndPrompt {
  const [first, second] = args;
  const flagged = promptOfFlags(flags);
  if (second !== undefined) {
    if (flagged) throw new UsageError("The prompt is given twice: as PROMPT and by a flag.");
    return { model: first!, prompt: { from: "text", text: second } };
  }
  if (first === undefined) return flagged ? { prompt: flagged } : {};
  if (flagged) return { model: first, prompt: flagged };
  if (exists(first) || couldNameModel(first)) return { model: first };
  return { prompt: { from: "text", text: first } };
}

function promptOfFlags({ prompt, file, tokenIds }: PromptFlags): PromptSource | undefined {
  const given = [
    prompt !== undefined && { from: "text" as const, text: prompt },
    file !== undefined && { from: "file" as const, path: file },
    tokenIds !== undefined && { from: "ids" as const, ids: tokenIds },
  ].filter((source) => source !== false);
  if (given.length > 1) throw new UsageError("Give one of --prompt, --file and --token-ids.");
  return given[0];
}

/** A path, a file of weights, or a hub id. */
function couldNameModel(text: string): boolean {
  if (/^(?:~|\.{1,2})?[/\\]/.test(text) || /^[a-z]:\\/i.test(text)) return true;
  return /^[\w./\\:~-]+$/.test(text) || /\.(?:safetensors|gguf|task|litertlm)$/.test(text);
}
