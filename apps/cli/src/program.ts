import { readFileSync } from "node:fs";
import { type Argument, Command } from "commander";
import { benchCommand } from "./commands/bench.ts";
import { chatCommand } from "./commands/chat.ts";
import { compareCommand } from "./commands/compare.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { listCommand } from "./commands/list.ts";
import { perplexityCommand } from "./commands/perplexity.ts";
import { pluginsCommand } from "./commands/plugins.ts";
import { pullCommand } from "./commands/pull.ts";
import { quantizeCommand } from "./commands/quantize.ts";
import { removeCommand } from "./commands/remove.ts";
import { runCommand } from "./commands/run.ts";
import { serveCommand } from "./commands/serve.ts";
import { shardCommand } from "./commands/shard.ts";
import type { Io } from "./io.ts";
import { paint } from "./terminal/paint.ts";

/** The whole command line; what a command does is loaded when it is called. */
export function program(io: Io, finish: (exitCode: number) => void): Command {
  const engine = new Command("engine")
    .description("Runs language models on this machine.")
    .version(version(), "--version", "the version of this program")
    .helpOption("-h, --help", "this text")
    .helpCommand(false)
    .showHelpAfterError(false)
    .addHelpText(
      "after",
      `
MODEL is a folder with config.json and .safetensors files, one .safetensors file beside its config.json, or
the id of a downloaded hub model (org/name).
Exit codes: 0 done, 1 failed (one sentence on stderr), 2 wrong usage, 130 stopped by Ctrl-C.

Examples:
  engine run                                  a story from the demo model
  engine run ./my-model "Once upon a time"
  engine chat ./my-model
  engine serve ./my-model
  engine inspect ./my-model`,
    );
  for (const make of [
    runCommand,
    chatCommand,
    serveCommand,
    inspectCommand,
    benchCommand,
    perplexityCommand,
    compareCommand,
    quantizeCommand,
    shardCommand,
    pluginsCommand,
    pullCommand,
    listCommand,
    removeCommand,
  ]) {
    engine.addCommand(make(io, finish));
  }
  for (const command of [engine, ...engine.commands]) dress(command, io);
  return engine;
}

function dress(command: Command, io: Io): void {
  const { red, dim } = paint(io.stderr, io.env);
  const { bold } = paint(io.stdout, io.env);
  command.exitOverride().configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void io.stderr.write(text),
    getOutHelpWidth: () => Math.min(io.stdout.columns ?? 100, 110),
    getErrHelpWidth: () => Math.min(io.stderr.columns ?? 100, 110),
    outputError: (text, write) => {
      const message = text
        .replace(/^error: /, "")
        .trim()
        .replace(/\n\s*/g, " ");
      write(`${red("error:")} ${message}\n${dim(`See ${fullName(command)} --help.`)}\n`);
    },
  });
  command.configureHelp({
    styleTitle: (text) => bold(text),
    subcommandTerm: (sub) => [sub.name(), ...sub.registeredArguments.map(argumentTerm)].join(" "),
  });
}

function argumentTerm(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

export function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

function version(): string {
  const path = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
