import { EngineError } from "@engine/core";
import type { GenerateResult } from "@engine/runtime";
import { EXIT, stoppedExitCode } from "../exit-code.ts";
import type { Io, StopReason } from "../io.ts";
import { answerOptions } from "../models/answer-options.ts";
import { type AskOptions, Conversation } from "../models/conversation.ts";
import { openModel } from "../models/open-model.ts";
import type { ModelFlags } from "../options/model-flags.ts";
import { checkSampling, type SamplingFlags } from "../options/sampling-flags.ts";
import { type ThinkingFlags, thinkingOptions } from "../options/thinking-flags.ts";
import { stopper, unlessStopped } from "../stopper.ts";
import { EventWriter } from "../terminal/event-writer.ts";
import { lineReader } from "../terminal/line-reader.ts";
import { paint } from "../terminal/paint.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { statusLine } from "../terminal/status-line.ts";

export interface ChatFlags extends ModelFlags, SamplingFlags, ThinkingFlags {
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
    tell("note: this model has no chat template; it continues the text instead of answering.");
  }
  const typed = io.stdin.isTTY === true;
  if (typed) tell(`${model.name}: /help lists the commands, Ctrl-D leaves.`);
  const options = { ...answerOptions(model, flags), ...thinkingOptions(flags) };
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
        const { reason, result } = await reply(io, conversation, { line, options });
        if (reason === "closed" || reason === "terminate") return stoppedExitCode(reason);
        if (result && (flags.verbose || io.stderr.isTTY)) io.stderr.write(statusLine(io, { result }));
      }
    }
  } finally {
    lines.close();
  }
}

/** One answer, streamed. What goes wrong in it is told, and the conversation goes on. */
async function reply(
  io: Io,
  conversation: Conversation,
  { line, options }: { readonly line: string; readonly options: AskOptions },
): Promise<{ reason: StopReason | undefined; result?: GenerateResult }> {
  using stop = stopper(io);
  using bar = new ProgressBar(io);
  const writer = new EventWriter(io);
  try {
    const answer = conversation.ask(line, { ...options, signal: stop.signal, onProgress: bar.update });
    let step = await answer.next();
    for (; !step.done; step = await answer.next()) {
      bar.clear();
      writer.write(step.value);
    }
    writer.end();
    io.stdout.write("\n");
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
