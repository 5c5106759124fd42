import { Command } from "commander";
import type { ChatFlags } from "../actions/chat.ts";
import type { Io } from "../io.ts";
import { addModelFlags } from "../options/model-flags.ts";
import { addSamplingFlags } from "../options/sampling-flags.ts";
import { addThinkingFlags } from "../options/thinking-flags.ts";
import { addToolFlags } from "../options/tool-flags.ts";

export function chatCommand(io: Io, finish: (exitCode: number) => void): Command {
  const command = new Command("chat")
    .summary("a conversation with a model")
    .description("A conversation: the model sees all that was said before.")
    .argument("[model]", "a folder, a .safetensors or .gguf file, or a hub id; the demo model unless given")
    .optionsGroup("Conversation:")
    .option("--system <text>", "the system message");
  addThinkingFlags(addSamplingFlags(addToolFlags(command)));
  return addModelFlags(command)
    .addHelpText(
      "after",
      `
Ctrl-C stops an answer, Ctrl-D or /exit leaves. /clear forgets the conversation, /help lists the commands.
With --tools, you are asked for the result of each call that the model makes, one line each, and it goes on from there.
A model without a chat template continues the text instead: it was not made for conversations.`,
    )
    .action(async (model: string | undefined, flags: ChatFlags) => {
      const { chat } = await import("../actions/chat.ts");
      finish(await chat(io, { model, flags }));
    });
}
