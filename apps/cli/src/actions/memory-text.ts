import type { ModelMemory } from "@engine/runtime";
import type { MemoryEstimate } from "../models/memory-estimate.ts";
import { showBytes } from "../terminal/quantities.ts";
import { table } from "../terminal/table.ts";

/** What running a model takes, for people: the whole process at each context, and what it is made of. */
export function memoryText(estimates: readonly MemoryEstimate[], bold: (text: string) => string): string {
  const first = estimates[0];
  if (!first) return "";
  const asked = first.budget !== undefined;
  const rows = estimates.map(({ context, kv, resident, mapped, budget }) => [
    String(context),
    kv,
    showBytes(resident.state),
    showBytes(resident.peak),
    showBytes(mapped.peak),
    ...(budget === undefined ? [] : [typeof budget === "string" ? "too small" : inBudget(budget)]),
  ]);
  const heading = ["context", "--kv", "keys and values", "resident", "mapped"];
  if (asked) heading.push("--memory-budget");
  const { activations, process, weights, repacking } = first.resident;
  const parts = [
    `weights ${showBytes(weights.resident)}`,
    ...(repacking > 0 ? [`of it ${showBytes(repacking)} for their layout in memory`] : []),
    `the largest step ${showBytes(activations)}`,
    `Node, code and tokenizer ${showBytes(process)}`,
  ];
  const why = estimates.map(({ budget }) => budget).find((budget) => typeof budget === "string");
  return `\n${bold("Memory of the whole process, at most")}\n${table([heading, ...rows], { right: [0, 2, 3, 4] })}resident: ${parts.join(", ")}\n${why === undefined ? "" : `${why}\n`}`;
}

function inBudget({ peak, residency, weights }: ModelMemory): string {
  const streamed = weights.streamed ?? 0;
  const how = streamed > 0 ? `, ${showBytes(streamed)} streamed in every step` : `, ${residency}`;
  return `${showBytes(peak)}${how}`;
}
