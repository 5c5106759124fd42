import type { Program, WeightBytes } from "@engine/core";

/** Bytes of memory, told before anything is loaded. */
export interface ModelMemory {
  /** Where the weights live: in memory, all used in place from their files, or read in every step. */
  readonly residency: "resident" | "mapped" | "streamed";
  readonly weights: WeightBytes;
  /** What weights in memory take beyond their stored bytes, because kernels want them laid out otherwise. */
  readonly repacking: number;
  /** Of mapped files: what stays in the system's page cache and counts as the process's as soon as it was used. */
  readonly pages: number;
  /** Keys, values and recurrent state of all texts at their full length. */
  readonly state: number;
  /** Scratch memory of one step at its largest. */
  readonly activations: number;
  /** What the model adds to the process: all of the above. */
  readonly model: number;
  /** The process without the model; 0 where only the model was asked about. */
  readonly process: number;
  readonly peak: number;
}

const FLOATS: ReadonlySet<string> = new Set(["f32", "f16", "bf16"]);

export function modelMemory(
  program: Program,
  told: {
    readonly weights: WeightBytes;
    readonly state: number;
    readonly process: number;
  },
): ModelMemory {
  const { weights, state, process } = told;
  const { resident, mapped, streamed = 0 } = weights;
  const tables = program.weights.filter(({ access }) => access === "rows").map(storedBytes);
  const all = program.weights.map(storedBytes);
  const total = sum(all);
  // Rows of tables are read past the mapping. Where less is mapped than tables take, some tables are kept otherwise.
  const pages = Math.max(0, mapped - sum(tables));
  const activations = program.arena.bytes + roundedRows(program);
  const model = resident + pages + state + activations;
  return {
    residency: streamed > 0 ? "streamed" : mapped > sum(tables) ? "mapped" : "resident",
    weights,
    repacking: streamed > 0 ? 0 : Math.max(0, resident - (total - mapped)),
    pages,
    state,
    activations,
    model,
    process,
    peak: model + process,
  };
}

/** Rows of a product's input, rounded for all threads: two bytes a number, of the widest input (ADR 030). */
function roundedRows({ options, weights }: Program): number {
  if (options.activations !== "int8") return 0;
  const depths = weights
    .filter(({ access, encoding }) => access === "whole" && !FLOATS.has(encoding.type))
    .map(({ encoding }) => encoding.shape.at(-1) ?? 0);
  return 2 * options.maxTokens * Math.max(0, ...depths);
}

function storedBytes({ encoding }: Program["weights"][number]): number {
  return sum(Object.values(encoding.parts).map(({ bytes }) => bytes));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
