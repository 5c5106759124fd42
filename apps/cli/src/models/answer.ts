import { type ChatOptions, type ChatResult, droppedNote, type Model } from "@engine/auto";
import type { GenerateOptions, GenerateResult } from "@engine/runtime";
import type { Io } from "../io.ts";
import { EventWriter } from "../terminal/event-writer.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { watchSweeps } from "../terminal/sweep-line.ts";
import type { PromptTokens } from "./prompt-tokens.ts";

export interface AnswerOptions {
  readonly tokens: PromptTokens;
  readonly options: GenerateOptions &
    Pick<ChatOptions, "thinking" | "thoughtBudget" | "tools"> & { readonly maxTokens: number };
  /** Nothing on stdout. */
  readonly quiet?: boolean | undefined;
}

/**
 * Generates, and writes the text to stdout as it comes, after the prompt where it continues one. Without a tokenizer
 * the token ids stand for the text: 12,7,300. An answer in a conversation is shown without its thoughts.
 */
export async function answer(
  terminal: Io,
  model: Pick<Model, "chat" | "generate" | "tokenizer" | "stats" | "weights">,
  { tokens, options, quiet = false }: AnswerOptions,
): Promise<GenerateResult | ChatResult> {
  using sweeps = watchSweeps(terminal, model);
  const { io } = sweeps;
  if (tokens.messages && options.maxTokens > 0) {
    return await converse(io, model, { messages: tokens.messages, options, quiet });
  }
  using bar = new ProgressBar(io);
  let printed = "";
  const print = (text: string): void => {
    bar.clear();
    printed = text || printed;
    if (!quiet && text !== "") io.stdout.write(text);
  };
  // The prompt is shown with the first token: nothing stands on stdout when the model refuses it.
  let before = tokens.continues ?? "";
  let result = unanswered(tokens.ids.length);
  if (options.maxTokens > 0) {
    const generation = model.generate(tokens.ids, { ...options, onProgress: bar.update });
    for await (const { token, text, dropped } of generation) {
      if (dropped && !quiet) io.stderr.write(`note: ${droppedNote(dropped)}\n`);
      print(before + (model.tokenizer ? text : printed === "" ? String(token) : `,${token}`));
      before = "";
    }
    result = await generation.result;
  }
  print(before);
  // A terminal's next prompt begins on a line of its own; a pipe gets the text and nothing else.
  if (io.stdout.isTTY === true && printed !== "" && !printed.endsWith("\n")) print("\n");
  return result;
}

/** The answer of the chat template's conversation. */
async function converse(
  io: Io,
  model: Pick<Model, "chat">,
  {
    messages,
    options,
    quiet,
  }: Pick<AnswerOptions, "options" | "quiet"> & Required<Pick<PromptTokens, "messages">>,
): Promise<ChatResult> {
  using bar = new ProgressBar(io);
  const writer = new EventWriter(io, { quiet });
  const chat = model.chat(messages, { ...options, onProgress: bar.update });
  for await (const event of chat) {
    bar.clear();
    if (event.type !== "finish" && event.type !== "token") writer.write(event);
  }
  writer.end();
  if (io.stdout.isTTY === true && writer.last !== "" && !writer.last.endsWith("\n")) io.stdout.write("\n");
  return await chat.result;
}

/** What --max-tokens 0 gives: the prompt is not even read. */
function unanswered(promptTokens: number): GenerateResult {
  const timings = {
    queueMs: 0,
    promptMs: 0,
    ttftMs: 0,
    decodeMs: 0,
    promptTokensPerSecond: 0,
    tokensPerSecond: 0,
  };
  const usage = { promptTokens, cachedTokens: 0, completionTokens: 0 };
  return { tokens: [], text: "", finishReason: "length", usage, timings };
}
