import { Command, Option } from "commander";
import type { RunFlags } from "../actions/run.ts";
import type { Io } from "../io.ts";
import { addModelFlags } from "../options/model-flags.ts";
import { tokenIds } from "../options/numbers.ts";
import { addSamplingFlags } from "../options/sampling-flags.ts";
import { addThinkingFlags } from "../options/thinking-flags.ts";
import { addToolFlags } from "../options/tool-flags.ts";

export function runCommand(io: Io, finish: (exitCode: number) => void): Command {
  const command = new Command("run")
    .summary("answer a prompt, or continue it")
    .description("Answers a prompt with a model's chat template, or continues it where the model has none.")
    .argument("[model]", "a folder, a .safetensors or .gguf file, or a hub id; the demo model unless given")
    .argument("[prompt]", "the prompt")
    .optionsGroup("Prompt:")
    .option("--prompt <text>", "the prompt, as a flag")
    .option("--file <path>", "read the prompt from a file; - is standard input")
    .addOption(
      new Option("--token-ids <ids>", "the prompt as 1,2,3: no tokenizer needed").argParser(tokenIds),
    )
    .option("--raw", "continue the prompt as it is, without the chat template")
    .option("--system <text>", "the system message of the chat template");
  addThinkingFlags(addSamplingFlags(addToolFlags(command)));
  command
    .option("--ignore-eos", "go on past the model's end-of-text tokens")
    .optionsGroup("Output:")
    .option("--json", "one JSON object on stdout, and nothing else")
    .option("--logits <file>", "write the prompt's logits, f32 [tokens, vocab], to a .safetensors file")
    .option("--layers", "with --logits: each layer's output too, layer0, layer1, … as f32 [tokens, hidden]")
    .option("--modules", "with --logits: what every module gives, under its name in the checkpoint");
  return addModelFlags(command)
    .addHelpText("after", HELP)
    .action(async (model: string | undefined, prompt: string | undefined, flags: RunFlags) => {
      const { run } = await import("../actions/run.ts");
      finish(await run(io, { args: [model, prompt].filter((arg) => arg !== undefined), flags }));
    });
}

const HELP = `
One argument alone is the model, unless it cannot be the name of one (it has spaces, for example): then it is
a prompt for the demo model. engine run --prompt TEXT is always a prompt for the demo model.

Without a chat template, or with --raw, stdout is the prompt and its continuation; with one it is the
answer, and a thought before it goes to stderr, if that is a terminal.
With --tools, calls are printed as NAME({arguments}), each on a line of its own, and nothing is called.
A model without a tokenizer prints token ids.
--json: { tokens, text, finishReason, usage, timings, memory, … }; tokens and text are the generated part only,
the prompt stands in "prompt", a thought in "reasoning" (its tokens are among tokens), tool calls in "toolCalls". finishReason is "stop", "length" or "abort" (Ctrl-C, exit code 130).

Examples:
  engine run "Once upon a time"
  engine run ./my-model "Why is the sky blue?" --system "Answer in one sentence."
  engine run ./my-model --file notes.txt --raw --max-tokens 200 --seed 7
  engine run ./my-model --token-ids 1,403,407 --greedy --json`;
