import { EngineError, expertMatmul, softmax, sum, type Tensor, take, topK, type Weights } from "@engine/core";
import { type Activation, activate } from "./gated-mlp.ts";

/** Which experts a row goes to, best first, and how much each counts: i32 and f32 [rows, k]. */
export interface Routing {
  readonly ids: Tensor;
  readonly weights: Tensor;
}

/** The k best of a softmax over all experts; `renormalise` makes their weights sum to 1. logits [rows, experts]. */
export function route(
  logits: Tensor,
  options: { readonly k: number; readonly renormalise: boolean },
): Routing {
  const scores = softmax(logits);
  const ids = topK(scores, options.k);
  const weights = take(scores, ids);
  return { ids, weights: options.renormalise ? weights.div(sum(weights)) : weights };
}

/** The three projections of every expert; gate and up may be one weight with the gate's rows first. */
export type Experts =
  | { readonly gate: readonly Tensor[]; readonly up: readonly Tensor[]; readonly down: readonly Tensor[] }
  | { readonly gateUp: readonly Tensor[]; readonly down: readonly Tensor[] };

export interface ExpertNames {
  readonly gate: string;
  readonly up: string;
  readonly down: string;
}

/**
 * Experts stored one by one (`experts.3.gate_proj.weight`) or fused: `experts.gate_up_proj` [experts, 2 · size, hidden],
 * or `experts.gate_proj` and `experts.up_proj` [experts, size, hidden].
 */
export function experts(
  w: Weights,
  count: number,
  names: ExpertNames = { gate: "gate_proj", up: "up_proj", down: "down_proj" },
): Experts {
  const stored = w.at("experts");
  if (stored.has("gate_up_proj"))
    return { gateUp: unstacked(stored, "gate_up_proj", count), down: unstacked(stored, "down_proj", count) };
  const one = (name: string): Tensor[] =>
    Array.from({ length: count }, (_, e) => stored.at(`${e}.${name}`).get());
  const [gate, up, down] = stored.has("gate_proj")
    ? ["gate_proj", "up_proj", "down_proj"].map((name) => unstacked(stored, name, count))
    : [names.gate, names.up, names.down].map(one);
  return { gate: gate!, up: up!, down: down! };
}

/** Each expert's rows of a fused weight [experts, …]. */
function unstacked(stored: Weights, name: string, count: number): Tensor[] {
  const fused = stored.get(name);
  if (fused.shape[0] !== count) {
    throw new EngineError(
      "bad-shape",
      `weight "${stored.path}.${name}": holds ${fused.shape[0]} experts, but config.json says ${count}.`,
    );
  }
  return Array.from({ length: count }, (_, e) => fused.slice(0, e, e + 1));
}

/** Σ over a row's experts of weight · down(act(gate x) · up x) (Shazeer et al. 2017, arXiv:1701.06538): x [rows, hidden]. */
export function moe(x: Tensor, { ids, weights }: Routing, parts: Experts, activation: Activation): Tensor {
  const [gate, up] = gateAndUp(x, ids, parts);
  const outputs = expertMatmul(activate(gate, activation).mul(up), ids, parts.down);
  const [rows, k, hidden] = outputs.shape as [number, number, number];
  const each = Array.from({ length: k }, (_, j) =>
    outputs
      .slice(1, j, j + 1)
      .reshape([rows, hidden])
      .mul(weights.slice(1, j, j + 1)),
  );
  return each.reduce((total, output) => total.add(output));
}

function gateAndUp(x: Tensor, ids: Tensor, parts: Experts): [Tensor, Tensor] {
  if (!("gateUp" in parts)) return [expertMatmul(x, ids, parts.gate), expertMatmul(x, ids, parts.up)];
  const both = expertMatmul(x, ids, parts.gateUp);
  const size = (both.shape[2] as number) / 2;
  return [both.slice(2, 0, size), both.slice(2, size, 2 * size)];
}
