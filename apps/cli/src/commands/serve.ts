import { Command, Option } from "commander";
import type { ServeFlags } from "../actions/serve.ts";
import type { Io } from "../io.ts";
import { addModelFlags } from "../options/model-flags.ts";
import { byteSize, collect, wholeNumber } from "../options/numbers.ts";

export function serveCommand(io: Io, finish: (exitCode: number) => void): Command {
  const command = new Command("serve")
    .summary("answer over HTTP: OpenAI's, Anthropic's and Ollama's APIs, and a web page")
    .description(
      "Serves models over HTTP to clients of OpenAI, Anthropic and Ollama, with a web page to chat.",
    )
    .argument(
      "[models...]",
      "models to load at the start, as MODEL or NAME=MODEL; the demo model unless given",
    )
    .optionsGroup("Network:")
    .option("--host <address>", "where to listen; only this machine unless given", "127.0.0.1")
    .addOption(
      new Option("--port <n>", "0 takes a free one")
        .default(8080)
        .argParser(wholeNumber({ min: 0, max: 65535 })),
    )
    .option("--api-key <key>", "asked of every call; better given as ENGINE_API_KEY")
    .option("--admin-key <key>", "asked of /engine/… instead; better given as ENGINE_ADMIN_KEY")
    .option("--insecure", "listen beyond this machine without a key")
    .option("--cors <origin>", "web pages of this origin may call; may be repeated, * is any", collect)
    .option("--allowed-host <name>", "a further name the server goes by; may be repeated", collect)
    .optionsGroup("Models offered:")
    .option("--models <folder>", "offer each model in this folder; may be repeated", collect)
    .option("--no-hub", "do not offer the downloaded hub models")
    .option("--no-preload", "load models when they are first asked for")
    .option("--plain-chat", "continue a conversation's texts with models that have no chat template")
    .option("--keep-alive <time>", "how long an unused model stays in memory: seconds, 5m, -1 for ever", "5m")
    .addOption(
      new Option(
        "--sessions <n>",
        "texts of full length there is memory for; more answers at once where they are shorter; up to 4 unless given, within a quarter of the budget",
      ).argParser(wholeNumber({ min: 1, max: 256 })),
    )
    .optionsGroup("Limits:")
    .addOption(
      new Option("--max-requests <n>", "requests at once, those that wait included")
        .default(256)
        .argParser(wholeNumber({ min: 1 })),
    )
    .addOption(
      new Option("--max-body <size>", "largest request").default(16 * 2 ** 20, "16MiB").argParser(byteSize),
    )
    .addOption(
      new Option("--drain <seconds>", "how long answers may take once the server is to end")
        .default(30)
        .argParser(wholeNumber({ min: 0 })),
    );
  return addModelFlags(command)
    .addHelpText("after", HELP)
    .action(async (models: string[], flags: ServeFlags) => {
      const { serve } = await import("../actions/serve.ts");
      finish(await serve(io, { models, flags }));
    });
}

const HELP = `
--memory-budget is for all models together (four fifths of the memory unless given); models that are not used
make room for others. Ctrl-C or SIGTERM lets answers under way end, a second one does not.
Keys are better given as ENGINE_API_KEY and ENGINE_ADMIN_KEY: a command line can be seen by others.

Examples:
  engine serve                                  the demo model, and what engine pull brought
  engine serve ./my-model Qwen/Qwen3-0.6B
  engine serve chat=./my-model --port 9000 --keep-alive -1
  ENGINE_API_KEY=… engine serve ./my-model --host 0.0.0.0`;
