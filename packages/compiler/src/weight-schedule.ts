import type { Graph, RowRange, WeightAttrs, WeightSource, WeightUse } from "@engine/core";
import { opCall } from "./op-call.ts";

/** Every weight with its readers, in the order of first use: what prefetch, pinning and layout are decided from. */
export function weightSchedule(graph: Graph, source: Pick<WeightSource, "describe">): WeightUse[] {
  const uses = new Map<string, { -readonly [K in keyof WeightUse]: WeightUse[K] }>();
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
  return [...uses.values()];
}

function withRange(ranges: readonly RowRange[], range: RowRange): readonly RowRange[] {
  return ranges.some(({ begin, end }) => begin === range.begin && end === range.end)
    ? ranges
    : [...ranges, range];
}
