import type { SamplingOptions } from "@engine/runtime";
import { type Command, Option } from "commander";
import { UsageError } from "../usage-error.ts";
import { choice, collect, decimal, wholeNumber } from "./numbers.ts";

export interface SamplingFlags {
  readonly maxTokens?: number;
  readonly greedy?: boolean;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repeatPenalty?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly overflow?: "error" | "sliding";
  readonly overflowKeep?: number;
}

const between = (low: number, high: number) =>
  decimal(`from ${low} to ${high}`, (value) => value >= low && value <= high);
const share = between(0, 1);

export function addSamplingFlags(command: Command): Command {
  const add = (flags: string, text: string, parse: (value: string) => number) =>
    command.addOption(new Option(flags, text).argParser(parse));
  command.optionsGroup("Answer (what is not given comes from the model's generation_config.json):");
  add("--max-tokens <n>", "at most this many tokens", wholeNumber({ min: 0 }));
  command.option("--greedy", "always the likeliest token");
  add("--temperature <x>", "0 is greedy, 1 as trained", between(0, 100));
  add("--top-k <n>", "choose among the n likeliest; 0 is all", wholeNumber({ min: 0 }));
  add("--top-p <x>", "choose among the likeliest that have this share together", share);
  add("--min-p <x>", "leave out what is less likely than this share of the likeliest", share);
  add("--repeat-penalty <x>", "above 1 avoids what was said", between(0.01, 100));
  add("--frequency-penalty <x>", "taken off for each time a token was said", between(-2, 2));
  add("--presence-penalty <x>", "taken off once for each token that was said", between(-2, 2));
  add("--seed <n>", "the same seed gives the same text", wholeNumber({ min: 0 }));
  const policies = choice(["error", "sliding"] as const);
  command.addOption(
    new Option(
      "--overflow <policy>",
      "in a full context: error, or sliding, which drops old tokens",
    ).argParser(policies),
  );
  add("--overflow-keep <n>", "with sliding, first tokens that stay; 4", wholeNumber({ min: 0 }));
  return command.option("--stop <text>", "end before this text; may be repeated", collect);
}

/** Flags that exclude each other are wrong usage; found before a model is loaded. */
export function checkSampling({ greedy, temperature, overflow, overflowKeep }: SamplingFlags): void {
  if (overflowKeep !== undefined && overflow !== "sliding")
    throw new UsageError("--overflow-keep goes with --overflow sliding.");
  if (greedy && temperature !== undefined && temperature > 0) {
    throw new UsageError("--greedy and --temperature exclude each other; give one of them.");
  }
}

/** The runtime's options: only what was given, so that the model's own settings hold elsewhere. */
export function samplingOptions(flags: SamplingFlags): SamplingOptions {
  const { topK, topP, minP, repeatPenalty, frequencyPenalty, presencePenalty, seed } = flags;
  const temperature = flags.greedy ? 0 : flags.temperature;
  const given = { temperature, topK, topP, minP, frequencyPenalty, presencePenalty, seed };
  const all = { ...given, repetitionPenalty: repeatPenalty };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
