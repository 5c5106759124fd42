import type { Model } from "@engine/auto";
import { EngineError } from "@engine/core";
import type { GenerateResult } from "@engine/runtime";
import type { ToolCall } from "@engine/tokenizer";
import { EXIT, stoppedExitCode } from "../exit-code.ts";
import type { Io, StopReason } from "../io.ts";
import { answerOptions } from "../models/answer-options.ts";
import { type AskOptions, Conversation } from "../models/conversation.ts";
import { openModel } from "../models/open-model.ts";
import { readTools } from "../models/read-tools.ts";
import type { ModelFlags } from "../options/model-flags.ts";
import { checkSampling, type SamplingFlags } from "../options/sampling-flags.ts";
import { type ThinkingFlags, thinkingOptions } from "../options/thinking-flags.ts";
import type { ToolFlags } from "../options/tool-flags.ts";
import { stopper, unlessStopped } from "../stopper.ts";
import { EventWriter } from "../terminal/event-writer.ts";
import { lineReader } from "../terminal/line-reader.ts";
import { paint } from "../terminal/paint.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { statusLine } from "../terminal/status-line.ts";
import { watchSweeps } from "../terminal/sweep-line.ts";

export interface ChatFlags extends ModelFlags, SamplingFlags, ThinkingFlags, ToolFlags {
  readonly system?: string;
}

const COMMANDS = `/clear  forget the conversation
/help   this list
/exit   leave, as Ctrl-D does
Ctrl-C stops an answer.
`;

export async function chat(
  io: Io,
  { model: path, flags }: { readonly model: string | undefined; readonly flags: ChatFlags },
): Promise<number> {
  checkSampling(flags);
  const tools = flags.tools === undefined ? undefined : await readTools(flags.tools);
  using loading = stopper(io);
  await using model = await unlessStopped(loading, () =>
    openModel(io, path, { flags, signal: loading.signal }),
  );
  loading[Symbol.dispose]();
  await using conversation = new Conversation(model, { system: flags.system });
  const { dim } = paint(io.stderr, io.env);
  const { cyan } = paint(io.stdout, io.env);
  const tell = (text: string): void => void io.stderr.write(`${dim(text)}\n`);
  if (!conversation.isTemplated) {
    if (tools) {
      throw new EngineError("bad-option", "--tools needs a chat template, but this model has none.");
    }
    tell("note: this model has no chat template; it continues the text instead of answering.");
  }
  const typed = io.stdin.isTTY === true;
  if (typed) tell(`${model.name}: /help lists the commands, Ctrl-D leaves.`);
  const options = { ...answerOptions(model, flags), ...thinkingOptions(flags), ...(tools && { tools }) };
  const lines = lineReader(io);
  try {
    for (;;) {
      const line = await lines.next(typed ? cyan("> ") : "");
      const word = line?.trim();
      if (line === undefined || word === "/exit") return EXIT.done;
      if (word === "/help") io.stderr.write(COMMANDS);
      else if (word === "/clear") {
        await conversation.clear();
        tell("The conversation is forgotten.");
      } else if (word && /^\/\w+$/.test(word)) tell(`There is no command ${word}; /help lists them.`);
      else if (word) {
        let answer = conversation.ask.bind(conversation, line);
        for (;;) {
          const { reason, result } = await reply(io, model, (rest) => answer({ ...options, ...rest }));
          if (reason === "closed" || reason === "terminate") return stoppedExitCode(reason);
          if (result && (flags.verbose || io.stderr.isTTY)) io.stderr.write(statusLine(io, { result }));
          if (reason !== undefined || !result || conversation.calls.length === 0) break;
          const results = await callResults(conversation.calls, (call) =>
            lines.next(typed ? cyan(call) : ""),
          );
          if (!results) return EXIT.done;
          answer = conversation.tell.bind(conversation, results);
        }
      }
    }
  } finally {
    lines.close();
  }
}

/** What the user says the calls gave, one line each; undefined at the end of the input. */
async function callResults(
  calls: readonly ToolCall[],
  ask: (call: string) => Promise<string | undefined>,
): Promise<readonly string[] | undefined> {
  const results: string[] = [];
  for (const { name } of calls) {
    const line = await ask(`result of ${name}> `);
    if (line === undefined) return undefined;
    results.push(line);
  }
  return results;
}

/** One answer, streamed. What goes wrong in it is told, and the conversation goes on. */
async function reply(
  terminal: Io,
  model: Pick<Model, "stats" | "weights">,
  answering: (options: Pick<AskOptions, "signal" | "onProgress">) => ReturnType<Conversation["ask"]>,
): Promise<{ reason: StopReason | undefined; result?: GenerateResult }> {
  using sweeps = watchSweeps(terminal, model);
  const { io } = sweeps;
  using stop = stopper(io);
  using bar = new ProgressBar(io);
  const writer = new EventWriter(io);
  try {
    const answer = answering({ signal: stop.signal, onProgress: bar.update });
    let step = await answer.next();
    for (; !step.done; step = await answer.next()) {
      bar.clear();
      writer.write(step.value);
    }
    writer.end();
    if (!writer.called) io.stdout.write("\n");
    return { reason: stop.reason, result: step.value };
  } catch (error) {
    bar.clear();
    writer.end();
    if (!EngineError.isInstance(error)) throw error;
    const next = error.code === "context-overflow" ? " /clear begins anew." : "";
    io.stderr.write(`${paint(io.stderr, io.env).red("error:")} ${error.message}${next}\n`);
    return { reason: stop.reason };
  }
}
