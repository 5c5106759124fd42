import type { LayerFacts } from "../models/layer-facts.ts";
import { table } from "../terminal/table.ts";

/** The layers as a table; neighbours that are alike stand in one row. */
export function layerTable(layers: readonly LayerFacts[]): string {
  const rows: { first: number; last: number; cells: string[] }[] = [];
  for (const layer of layers) {
    const cells = describe(layer);
    const before = rows.at(-1);
    if (before && String(before.cells) === String(cells)) before.last = layer.index;
    else rows.push({ first: layer.index, last: layer.index, cells });
  }
  const heading = ["layer", "kind", "heads", "kv heads", "head size", "window", "keys and values"];
  const lines = rows.map(({ first, last, cells }) => [
    first === last ? String(first) : `${first}–${last}`,
    ...cells,
  ]);
  return table([heading, ...lines], { right: [0, 2, 3, 4, 5] });
}

function describe(layer: LayerFacts): string[] {
  const { kind, heads, kvHeads, keyDim, valueDim, window, imageBlocks, owner, index } = layer;
  const size = keyDim === valueDim ? String(keyDim) : `${keyDim}, ${valueDim}`;
  const kept = kind === "linear" ? "a state of its own" : owner === index ? "its own" : `of layer ${owner}`;
  const images = imageBlocks ? "; an image sees all of itself" : "";
  return [kind, String(heads), String(kvHeads), size, window === null ? "–" : String(window), kept + images];
}
