import { EngineError, geluTanh, silu, type Tensor, type Weights } from "@engine/core";
import { linear } from "./linear.ts";

const ACTIVATIONS = { silu, swish: silu, gelu_pytorch_tanh: geluTanh } as const;
export type Activation = keyof typeof ACTIVATIONS;

/** The activation config.json names; throws `unsupported` listing those there are. */
export function activation(name: string, where: string): Activation {
  if (Object.hasOwn(ACTIVATIONS, name)) return name as Activation;
  const known = Object.keys(ACTIVATIONS).join(", ");
  throw new EngineError("unsupported", `${where}: the activation "${name}" is not one of ${known}.`);
}

/** down(act(gate(x)) · up(x)) (Shazeer 2020, arXiv:2002.05202). */
export function gatedMlp(
  x: Tensor,
  w: Weights,
  options: { readonly activation: Activation; readonly bias?: boolean },
): Tensor {
  const { activation: name, ...bias } = options;
  const gate = ACTIVATIONS[name](linear(x, w.at("gate_proj"), bias));
  return linear(gate.mul(linear(x, w.at("up_proj"), bias)), w.at("down_proj"), bias);
}
