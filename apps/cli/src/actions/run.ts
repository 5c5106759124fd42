import { existsSync } from "node:fs";
import { EngineError } from "@engine/core";
import { openCheckpoint } from "@engine/loader";
import { EXIT, stoppedExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { answer } from "../models/answer.ts";
import { answerOptions } from "../models/answer-options.ts";
import { openModel } from "../models/open-model.ts";
import { readPrompt } from "../models/prompt-text.ts";
import { promptTokens } from "../models/prompt-tokens.ts";
import { readTools } from "../models/read-tools.ts";
import { runReport } from "../models/run-report.ts";
import { writeLogits } from "../models/write-logits.ts";
import { modelAndPrompt, type PromptFlags } from "../options/model-and-prompt.ts";
import type { ModelFlags } from "../options/model-flags.ts";
import { checkSampling, type SamplingFlags } from "../options/sampling-flags.ts";
import { type ThinkingFlags, thinkingOptions } from "../options/thinking-flags.ts";
import type { ToolFlags } from "../options/tool-flags.ts";
import { type Stopper, stopper, unlessStopped } from "../stopper.ts";
import { statusLine } from "../terminal/status-line.ts";
import { UsageError } from "../usage-error.ts";

export interface RunFlags extends ModelFlags, SamplingFlags, ThinkingFlags, ToolFlags, PromptFlags {
  readonly raw?: boolean;
  readonly system?: string;
  readonly ignoreEos?: boolean;
  readonly json?: boolean;
  readonly logits?: string;
  readonly layers?: boolean;
  readonly modules?: boolean;
}

/** Where the demo model's stories begin when nobody says otherwise. */
const DEMO_PROMPT = "Once upon a time";

/** Rows of logits that one step computes. */
const LOGIT_ROWS = 32;

export async function run(
  io: Io,
  { args, flags }: { readonly args: readonly string[]; readonly flags: RunFlags },
): Promise<number> {
  const { model: path, prompt: source } = modelAndPrompt(args, flags, existsSync);
  checkFlags(flags);
  if (path !== undefined && !source) await refusePromptless(path);
  using stop = stopper(io);
  const prompt = await readPrompt(io, source ?? { from: "text", text: DEMO_PROMPT });
  // Awaited here: the stopper is released when this function ends.
  return await unlessStopped(stop, () => answerPrompt(io, { path, prompt, flags, stop }));
}

interface Task {
  readonly path: string | undefined;
  readonly prompt: string | readonly number[];
  readonly flags: RunFlags;
  readonly stop: Stopper;
}

async function answerPrompt(io: Io, { path, prompt, flags, stop }: Task): Promise<number> {
  const { signal } = stop;
  const tools = flags.tools === undefined ? {} : { tools: await readTools(flags.tools) };
  const traces = flags.modules ? "modules" : flags.layers ? "layers" : "none";
  const taps = { none: {}, layers: { taps: "all" }, modules: { taps: "modules" } } as const;
  const rows = flags.logits === undefined ? {} : { maxRows: LOGIT_ROWS };
  await using model = await openModel(io, path, { flags, signal, ...taps[traces], ...rows });
  const chatting = { ...thinkingOptions(flags), ...tools };
  const wish = { ...chatting, raw: flags.raw ?? false, system: flags.system };
  const tokens = promptTokens(model, prompt, wish);
  if (flags.logits !== undefined) {
    await writeLogits(io, model, { file: flags.logits, traces, ids: tokens.ids, signal });
  }
  const options = { ...answerOptions(model, flags), ...chatting, signal };
  const result = await answer(io, model, { tokens, options, quiet: flags.json });
  if (flags.json) {
    const text = typeof prompt === "string" ? { prompt } : {};
    io.stdout.write(`${JSON.stringify(runReport(model, { ...text, result, seed: options.seed }))}\n`);
  } else if (io.stderr.isTTY === true || flags.verbose) {
    io.stderr.write(statusLine(io, { result, loadMs: model.loadMs }));
  }
  return stop.reason ? stoppedExitCode(stop.reason) : EXIT.done;
}

function checkFlags(flags: RunFlags): void {
  if ((flags.layers || flags.modules) && flags.logits === undefined)
    throw new UsageError("--layers and --modules go with --logits FILE.");
  if (flags.raw && (flags.think !== undefined || flags.thoughtBudget !== undefined))
    throw new UsageError(
      "--think, --no-think and --thought-budget need the chat template, but --raw leaves it out.",
    );
  if (flags.raw && flags.tools !== undefined)
    throw new UsageError("--tools needs the chat template, but --raw leaves it out.");
  checkSampling(flags);
}

/** A model that cannot be opened is the first thing to say; then, that its prompt is missing. */
async function refusePromptless(path: string): Promise<never> {
  try {
    const { source } = await openCheckpoint(path);
    await source.close();
  } catch (error) {
    if (!EngineError.isInstance(error) || error.code !== "missing-file" || existsSync(path)) throw error;
    const hint = `To send it to the demo model as a prompt: engine run --prompt ${JSON.stringify(path)}.`;
    throw new EngineError(error.code, `${error.message} ${hint}`, { cause: error });
  }
  throw new UsageError("There is no prompt; give one as PROMPT, --prompt, --file or --token-ids.");
}
