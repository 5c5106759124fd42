import { llama } from "@engine/arch-llama";
import { reference } from "@engine/backend-reference";
import { capture, configReader, type Device, type Encoding, philox, type WeightSource } from "@engine/core";
import { createTextModel, type TextModel, type TextModelOptions, type TokenText } from "../src/index.ts";

const HIDDEN = 16;
const LAYERS = 2;
export const VOCAB = 32;

export const CONFIG = {
  model_type: "mistral",
  hidden_size: HIDDEN,
  intermediate_size: 24,
  num_hidden_layers: LAYERS,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: VOCAB,
  max_position_embeddings: 200,
  tie_word_embeddings: true,
  sliding_window: null,
};

/** Random f32 weights of a small Llama. */
export function tinySource(): WeightSource {
  const shapes: Record<string, number[]> = {
    "model.embed_tokens.weight": [VOCAB, HIDDEN],
    "model.norm.weight": [HIDDEN],
  };
  for (let i = 0; i < LAYERS; i++) {
    const layer = `model.layers.${i}`;
    shapes[`${layer}.input_layernorm.weight`] = [HIDDEN];
    shapes[`${layer}.post_attention_layernorm.weight`] = [HIDDEN];
    for (const [name, rows] of [
      ["q_proj", 16],
      ["k_proj", 8],
      ["v_proj", 8],
      ["o_proj", 16],
    ] as const)
      shapes[`${layer}.self_attn.${name}.weight`] = [rows, HIDDEN];
    shapes[`${layer}.mlp.gate_proj.weight`] = [24, HIDDEN];
    shapes[`${layer}.mlp.up_proj.weight`] = [24, HIDDEN];
    shapes[`${layer}.mlp.down_proj.weight`] = [HIDDEN, 24];
  }
  const names = Object.keys(shapes);
  const describe = (name: string): Encoding | undefined => {
    const shape = shapes[name];
    if (!shape) return undefined;
    const rowBytes = shape.slice(1).reduce((a, b) => a * b, 1) * 4;
    return {
      type: "f32",
      shape,
      parts: { data: { dtype: "f32", shape, rowBytes, bytes: rowBytes * shape[0]! } },
    };
  };
  return {
    id: "tiny",
    names: () => names,
    describe,
    extent: () => undefined,
    async read(name, _, ranges, into) {
      const [offset, bytes] = ranges as unknown as [number, number];
      const floats = Float32Array.from({ length: bytes / 4 }, (_, i) => {
        const [word] = philox([names.indexOf(name), 7], [offset / 4 + i, 0, 0, 0]);
        return (word / 2 ** 32 - 0.5) * 1.2;
      });
      into.set(new Uint8Array(floats.buffer));
    },
    close: async () => {},
  };
}

export interface Tiny {
  readonly device: Device;
  readonly model: TextModel;
}

/** The small model on the reference backend. `config` changes what its config.json would say. */
export async function tinyModel(
  options: Partial<TextModelOptions> = {},
  config: Readonly<Record<string, unknown>> = {},
): Promise<Tiny> {
  const source = tinySource();
  const device = options.device ?? (await reference.open());
  const parsed = llama.parse(configReader({ ...CONFIG, ...config }));
  const model = await createTextModel({
    name: "tiny",
    graph: capture(llama, parsed, source, { taps: "all" }),
    embedGraph: () => capture(llama, parsed, source, { taps: ["final"] }),
    source,
    device,
    modelContext: llama.context(parsed),
    tokenizer: letters,
    ...options,
  });
  return { device, model };
}

/** Token i is the letter i of "a" to "z" and on; BOS is 31. */
export const letters: TokenText = {
  encode: (text, options = {}) => [
    ...(options.addSpecialTokens === false ? [] : [31]),
    ...Array.from(text, (letter) => letter.charCodeAt(0) - 97),
  ],
  detokenizer: () => ({
    push: (id) => (id === 31 ? "" : String.fromCharCode(97 + id)),
    flush: () => "",
  }),
};

/** Promises that resolve when so many steps of the device have begun. */
export function countSteps(device: Device): {
  count: number;
  onStep?: (count: number) => void | Promise<void>;
} {
  const steps: { count: number; onStep?: (count: number) => void | Promise<void> } = { count: 0 };
  const plan = device.plan.bind(device);
  device.plan = async (...args) => {
    const made = await plan(...args);
    const run = made.run.bind(made);
    made.run = async (...step) => {
      steps.count++;
      await steps.onStep?.(steps.count);
      return run(...step);
    };
    return made;
  };
  return steps;
}
