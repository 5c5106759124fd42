import { type DeviceInfo, EngineError, type Graph, label, type OpCall } from "@engine/core";
import { opCall } from "../op-call.ts";
import { keep, rewrite } from "../rewrite.ts";

/** Replaces each op the device does not take by its definition, down to what it takes; throws `unsupported`. */
export function decompose(graph: Graph, supports: (call: OpCall) => boolean, device: DeviceInfo): Graph {
  let changed = true;
  while (changed) {
    changed = false;
    graph = rewrite(graph, (node, image, next) => {
      if (node.op.source || supports(opCall(node))) return keep(node, image, next);
      const { define } = node.op;
      if (!define) {
        const inputs = node.inputs.map((input) => label(graph.tensor(input))).join(", ");
        throw new EngineError(
          "unsupported",
          `${device.name} does not run "${node.op.name}" over ${inputs}, and the op has no definition in others.`,
        );
      }
      changed = true;
      return define(node.inputs.map(image), node.attrs);
    });
  }
  return graph;
}
