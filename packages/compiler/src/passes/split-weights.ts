import { concat, EngineError, type Graph, matmul, type WeightAttrs, type WeightSource } from "@engine/core";
import { keep, rewrite } from "../rewrite.ts";
import { rowBytes } from "../row-bytes.ts";

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
    const rows = Math.floor(maxBinding / width);
    if (rows === 0) {
      throw new EngineError(
        "unsupported",
        `weight "${name}": one row has ${width} bytes, but this device binds at most ${maxBinding}.`,
      );
    }
    const [x, w] = [image(node.inputs[0]!), image(stored)];
    const parts = [];
    for (let from = 0; from < end - begin; from += rows) {
      parts.push(matmul(x, w.slice(0, from, Math.min(from + rows, end - begin))));
    }
    return concat(parts, -1);
  });
}
