import type { Graph, RowRange, WeightAttrs, WeightSource, WeightUse } from "@engine/core";
import { opCall } from "./op-call.ts";

/** Every weight with its readers, in the order of first use: what prefetch, pinning and layout are decided from. */
export function weightSchedule(graph: Graph, source: Pick<WeightSource, "describe">): WeightUse[] {
  const uses = new Map<string, { -readonly [K in keyof WeightUse]: WeightUse[K] }>();
  const experts = singleExperts(graph);
  graph.nodes.forEach((node, index) => {
    node.inputs.forEach((input, place) => {
      if (input.op.name !== "weight") return;
      const { name, begin, end } = input.attrs as unknown as WeightAttrs;
      const rowsOnly = node.op.name === "gather" && place === 0;
      const use = uses.get(name);
      const call = opCall(node);
      if (!use) {
        const encoding = source.describe(name)!;
        const ranges = rowsOnly ? [] : [{ begin, end }];
        uses.set(name, {
          name,
          encoding,
          access: rowsOnly ? "rows" : "whole",
          ranges,
          readers: [call],
          first: index,
          last: index,
        });
        return;
      }
      if (!rowsOnly) {
        use.access = "whole";
        use.ranges = withRange(use.ranges, { begin, end });
      }
      use.readers = [...use.readers, call];
      use.last = index;
    });
  });
  for (const use of uses.values()) {
    const found = use.ranges.map((range) => experts.get(rangeKey(use.name, range)));
    if (found.length > 0 && found.every((one) => one !== undefined)) use.experts = found;
  }
  return [...uses.values()];
}

type Expert = NonNullable<WeightUse["experts"]>[number];

/** Ranges of weights that one expert product reads and nothing else does. */
function singleExperts(graph: Graph): ReadonlyMap<string, Expert | undefined> {
  const index = new Map(graph.nodes.map((node, i) => [node, i]));
  const found = new Map<string, Expert | undefined>();
  for (const { op, inputs } of graph.nodes) {
    inputs.forEach((input, place) => {
      if (input.op.name !== "weight") return;
      const { name, begin, end } = input.attrs as unknown as WeightAttrs;
      const key = rangeKey(name, { begin, end });
      const alone = op.name === "expert-matmul" && !found.has(key);
      found.set(key, alone ? { by: index.get(inputs[1]!)!, expert: place - 2 } : undefined);
    });
  }
  return found;
}

function rangeKey(name: string, { begin, end }: RowRange): string {
  return `${begin} ${end} ${name}`;
}

function withRange(ranges: readonly RowRange[], range: RowRange): readonly RowRange[] {
  return ranges.some(({ begin, end }) => begin === range.begin && end === range.end)
    ? ranges
    : [...ranges, range];
}
