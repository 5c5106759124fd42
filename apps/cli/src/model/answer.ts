import type { Model } from "@engine/auto";
import type { GenerateOptions, GenerateResult } from "@engine/runtime";
import type { Io } from "../io.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import type { PromptTokens } from "./prompt-tokens.ts";

export interface AnswerOptions {
  readonly tokens: PromptTokens;
  readonly options: GenerateOptions;
  /** Nothing on stdout. */
  readonly quiet?: boolean | undefined;
}

/** Generates, and writes the text to stdout as it comes, after the prompt where it continues one. */
export async function answer(
  io: Io,
  model: Pick<Model, "generate">,
  { tokens, options, quiet = false }: AnswerOptions,
): Promise<GenerateResult> {
  using bar = new ProgressBar(io);
  const generation = model.generate(tokens.ids, { ...options, onProgress: bar.update });
  const print = (text: string): void => {
    bar.clear();
    if (!quiet) io.stdout.write(text);
  };
  print(tokens.continues ?? "");
  let last = tokens.continues ?? "";
  for await (const { text } of generation) {
    if (text === "") continue;
    print(text);
    last = text;
  }
  // A terminal's next prompt begins on a line of its own; a pipe gets the text and nothing else.
  if (io.stdout.isTTY === true && !last.endsWith("\n")) print("\n");
  return generation.result;
}
