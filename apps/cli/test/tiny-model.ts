import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { philox } from "@engine/core";
import { writeSafetensors } from "@engine/loader";

const LAYERS = 2;
const HEADS = 4;
const KV_HEADS = 2;
const INNER = 24;
/** 256 bytes, then <s> and </s>. */
const VOCAB = 258;

const TEMPLATE =
  "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";

/** A folder with a Llama of random weights and a tokenizer whose tokens are bytes. */
export async function tinyModel(
  options: {
    readonly template?: boolean;
    readonly tokenizer?: boolean;
    readonly context?: number;
    readonly hidden?: number;
  } = {},
): Promise<string> {
  const { hidden = 16 } = options;
  const folder = mkdtempSync(join(tmpdir(), "engine-cli-"));
  const write = (name: string, json: unknown) => writeFileSync(join(folder, name), JSON.stringify(json));
  write("config.json", {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: hidden,
    intermediate_size: INNER,
    num_hidden_layers: LAYERS,
    num_attention_heads: HEADS,
    num_key_value_heads: KV_HEADS,
    vocab_size: VOCAB,
    max_position_embeddings: options.context ?? 256,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    hidden_act: "silu",
    tie_word_embeddings: true,
    bos_token_id: 256,
    eos_token_id: 257,
  });
  if (options.tokenizer !== false) {
    write("tokenizer.json", tokenizerJson());
    const template = options.template ? { chat_template: TEMPLATE } : {};
    write("tokenizer_config.json", { bos_token: "<s>", eos_token: "</s>", ...template });
  }
  await writeSafetensors(join(folder, "model.safetensors"), weights(hidden));
  return folder;
}

function weights(hidden: number) {
  const kv = (KV_HEADS * hidden) / HEADS;
  const shapes: [string, number[]][] = [
    ["model.embed_tokens", [VOCAB, hidden]],
    ["model.norm", [hidden]],
  ];
  for (let i = 0; i < LAYERS; i++) {
    const layer = `model.layers.${i}`;
    shapes.push(
      [`${layer}.input_layernorm`, [hidden]],
      [`${layer}.post_attention_layernorm`, [hidden]],
      [`${layer}.self_attn.q_proj`, [hidden, hidden]],
      [`${layer}.self_attn.k_proj`, [kv, hidden]],
      [`${layer}.self_attn.v_proj`, [kv, hidden]],
      [`${layer}.self_attn.o_proj`, [hidden, hidden]],
      [`${layer}.mlp.gate_proj`, [INNER, hidden]],
      [`${layer}.mlp.up_proj`, [INNER, hidden]],
      [`${layer}.mlp.down_proj`, [hidden, INNER]],
    );
  }
  return shapes.map(([name, shape], index) => ({
    name: `${name}.weight`,
    dtype: "f32",
    shape,
    data: noise(
      shape.reduce((a, b) => a * b),
      { index, around: shape.length === 1 ? 1 : 0 },
    ),
  }));
}

function noise(length: number, { index, around }: { index: number; around: number }): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const word = philox([7, index], [i, 0, 0, 0])[0]!;
    return around + (word / 2 ** 31 - 1) * 0.5;
  });
}

function tokenizerJson(): object {
  const special = (id: number, content: string) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  });
  return {
    version: "1.0",
    added_tokens: [special(256, "<s>"), special(257, "</s>")],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 0 } }],
      special_tokens: { "<s>": { id: "<s>", ids: [256], tokens: ["<s>"] } },
    },
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    model: { type: "BPE", vocab: byteVocabulary(), merges: [] },
  };
}

/** The byte-level alphabet: printable bytes stand for themselves, the others for letters from U+0100 on. */
function byteVocabulary(): Record<string, number> {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  let next = 256;
  const entries = Array.from({ length: 256 }, (_, b) => [String.fromCodePoint(printable(b) ? b : next++), b]);
  return { ...Object.fromEntries(entries), "<s>": 256, "</s>": 257 };
}
