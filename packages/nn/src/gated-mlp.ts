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

export function activate(x: Tensor, name: Activation): Tensor {
  return ACTIVATIONS[name](x);
}

export interface GatedMlpOptions {
  readonly activation: Activation;
  /** Whether the three projections have biases; by what the checkpoint holds, unless told. */
  readonly bias?: boolean;
}

/**
 * down(act(gate(x)) · up(x)) (Shazeer 2020, arXiv:2002.05202). Gate and up may be one weight, `gate_up_proj`, with
 * the gate's rows first.
 */
export function gatedMlp(x: Tensor, w: Weights, options: GatedMlpOptions): Tensor {
  const { activation: name, ...bias } = options;
  const down = (gate: Tensor, up: Tensor): Tensor =>
    linear(activate(gate, name).mul(up), w.at("down_proj"), bias);
  if (!w.at("gate_up_proj").has())
    return down(linear(x, w.at("gate_proj"), bias), linear(x, w.at("up_proj"), bias));
  const both = linear(x, w.at("gate_up_proj"), bias);
  const size = (both.shape.at(-1) as number) / 2;
  return down(both.slice(-1, 0, size), both.slice(-1, size, 2 * size));
}
