import type { Architecture, Cache, Step } from "./architecture.ts";
import { EngineError } from "./error.ts";
import { Graph } from "./graph.ts";
import { moduleOutputs } from "./module-outputs.ts";
import { append, cacheOp, constant, input, overlay, wanted, weight } from "./ops/index.ts";
import { showShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { weightInputs } from "./weight-inputs.ts";
import type { WeightSource, Weights } from "./weights.ts";

export interface CaptureOptions {
  /**
   * Names given to `step.tap` whose values become outputs of the graph; "all" for every one, "modules" for what
   * each module of the checkpoint gives as well; "inputs" for what each weight is multiplied by, instead.
   */
  readonly taps?: readonly string[] | "all" | "modules" | "inputs";
}

/** Runs `forward` once over symbols. Reads only the checkpoint's header. Outputs: "logits", and the taps asked for. */
export function capture<C>(
  architecture: Architecture<C>,
  config: C,
  source: Pick<WeightSource, "names" | "describe">,
  options: CaptureOptions = {},
): Graph {
  const graph = new Graph();
  const logits = architecture.forward(captureStep(graph, options), captureWeights(graph, source, ""), config);
  if (logits.shape.length !== 2 || logits.shape[0] !== "rows") {
    const shape = showShape(logits.shape);
    throw new EngineError(
      "bad-shape",
      `${architecture.name}: forward must give logits [rows, vocab], but gave ${shape}. Use step.wanted(x).`,
    );
  }
  if (options.taps === "modules") Object.assign(graph.outputs, Object.fromEntries(moduleOutputs(graph)));
  if (options.taps === "inputs") Object.assign(graph.outputs, Object.fromEntries(weightInputs(graph)));
  graph.outputs.logits = logits.node;
  return graph;
}

function captureStep(graph: Graph, { taps = [] }: CaptureOptions): Step {
  const latest = new Map<string, Cache>();
  const cacheAt = (name: string, tensor: Tensor): Cache => ({
    tensor,
    append(k, v) {
      const after = cacheAt(name, append(latest.get(name)?.tensor ?? tensor, name, k, v));
      latest.set(name, after);
      return after;
    },
  });
  return {
    tokens: input(graph, "tokens", ["tokens"], "i32"),
    positions: input(graph, "positions", ["tokens"], "i32"),
    extents: input(graph, "extents", ["tokens"], "i32"),
    overlay,
    constant: (values, shape, dtype) => constant(graph, values, shape, dtype),
    cache(owner) {
      const name = String(owner);
      return latest.get(name) ?? cacheAt(name, graph.emit(cacheOp, [], { name }));
    },
    wanted,
    tap(name, x) {
      if (taps === "all" || taps === "modules" || taps.includes(name)) graph.outputs[name] = x.node;
    },
  };
}

function captureWeights(
  graph: Graph,
  source: Pick<WeightSource, "names" | "describe">,
  path: string,
): Weights {
  const join = (name: string): string => (path ? `${path}.${name}` : name);
  return {
    path,
    at: (name) => captureWeights(graph, source, join(name)),
    has: (leaf = "weight") => source.describe(join(leaf)) !== undefined,
    get(leaf = "weight") {
      const name = join(leaf);
      const encoding = source.describe(name);
      if (encoding) return weight(graph, name, encoding);
      const names = [...source.names()];
      const examples = names.slice(0, 3).map((n) => `"${n}"`);
      const held = `It holds ${names.length} weights${examples.length ? `, such as ${examples.join(", ")}` : ""}`;
      throw new EngineError(
        "missing-weight",
        `The checkpoint has no weight "${name}". ${held}. Is config.json the one this checkpoint was saved with?`,
      );
    },
  };
}
