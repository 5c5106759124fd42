import { concat, EngineError, type Graph, matmul, type WeightAttrs, type WeightSource } from "@engine/core";
import { keep, rewrite } from "../rewrite.ts";
import { rowBytes } from "../row-bytes.ts";

/** Kernels take outputs in groups; ranges are of whole ones where they can be. */
const TOGETHER = 64;

/** Multiplies by a weight above the device's binding limit in ranges of its rows, joined again after. */
export function splitWeights(
  graph: Graph,
  source: Pick<WeightSource, "describe">,
  maxBinding: number,
): Graph {
  return rewrite(graph, (node, image, next) => {
    const stored = node.inputs[1];
    if (node.op.name !== "matmul" || stored?.op.name !== "weight") return keep(node, image, next);
    const { name, begin, end } = stored.attrs as unknown as WeightAttrs;
    const width = rowBytes(source, name);
    if ((end - begin) * width <= maxBinding) return keep(node, image, next);
    const most = Math.floor(maxBinding / width);
    if (most === 0) {
      throw new EngineError(
        "unsupported",
        `weight "${name}": one row has ${width} bytes, but this device binds at most ${maxBinding}.`,
      );
    }
    // All of about the same size: memory is planned for the largest.
    const even = Math.ceil((end - begin) / Math.ceil((end - begin) / most));
    const whole = Math.ceil(even / TOGETHER) * TOGETHER;
    const rows = whole <= most ? whole : even;
    const [x, w] = [image(node.inputs[0]!), image(stored)];
    const parts = [];
    for (let from = 0; from < end - begin; from += rows) {
      parts.push(matmul(x, w.slice(0, from, Math.min(from + rows, end - begin))));
    }
    return concat(parts, -1);
  });
}
