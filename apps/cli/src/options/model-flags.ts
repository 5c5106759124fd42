import {
  ACTIVATIONS,
  type Activations,
  CACHE_DTYPES,
  type CacheDType,
  type StreamReader,
} from "@engine/core";
import { type Command, Option } from "commander";
import { byteSize, choice, collect, wholeNumber } from "./numbers.ts";

/** Flags of every command that loads a model, as the user gave them. */
export interface ModelFlags {
  readonly backend?: string;
  readonly residency?: "auto" | "resident" | "mapped" | "stream";
  /** Bytes. */
  readonly memoryBudget?: number;
  readonly io?: "direct" | "cached";
  readonly reader?: StreamReader;
  readonly threads?: number;
  readonly context?: number;
  readonly kv?: CacheDType;
  readonly activations?: Activations;
  readonly plugin?: readonly string[];
  readonly verbose?: boolean;
}

const IO = ["direct", "cached"] as const;
const STREAM_READERS = ["io_uring", "threads"] as const satisfies readonly StreamReader[];
const RESIDENCIES = ["auto", "resident", "mapped", "stream"] as const;

export function addModelFlags(command: Command): Command {
  return command
    .optionsGroup("Model:")
    .addOption(
      new Option(
        "--context <tokens>",
        "longest text, prompt and answer together; the model's own unless given",
      ).argParser(wholeNumber({ min: 1 })),
    )
    .addOption(
      new Option(
        "--kv <type>",
        "number format of cached keys and values: f32, f16, bf16 or int8 (one scale for each head and token); f16 unless given, f32 for tiny models",
      ).argParser(choice(CACHE_DTYPES)),
    )
    .addOption(
      new Option(
        "--activations <type>",
        "what weights are multiplied by: f32, bf16 (rounded, for all weights) or int8 (rounded for each 32 inputs, for quantized weights); int8 unless given",
      ).argParser(choice(ACTIVATIONS)),
    )
    .option(
      "--backend <name>",
      "what computes (engine plugins lists them); the first that works unless given",
    )
    .addOption(
      new Option(
        "--residency <how>",
        "where weights live: auto, resident (copied to memory), mapped (in their file) or stream (read in every step, through --memory-budget)",
      ).argParser(choice(RESIDENCIES)),
    )
    .addOption(
      new Option(
        "--memory-budget <size>",
        "most memory of the whole process, Node included, such as 4GiB; weights that do not fit are streamed from their files",
      ).argParser(byteSize),
    )
    .addOption(
      new Option(
        "--io <how>",
        "how streamed weights are read: direct (past the system's page cache) or cached; by the free memory unless given",
      ).argParser(choice(IO)),
    )
    .addOption(
      new Option(
        "--reader <how>",
        "who reads streamed weights: io_uring, where the system has it, or threads; io_uring unless given",
      ).argParser(choice(STREAM_READERS)),
    )
    .addOption(
      new Option("--threads <n>", "threads of the processor").argParser(wholeNumber({ min: 1, max: 1024 })),
    )
    .option("--plugin <file>", "a JavaScript file with an architecture or backend; may be repeated", collect)
    .optionsGroup("Other:")
    .option("--verbose", "more on stderr; the stack of an error");
}
