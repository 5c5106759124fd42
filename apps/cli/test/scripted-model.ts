import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeSafetensors } from "@engine/loader";

export interface Script {
  readonly template: string;
  /** Texts that are one token each; the last one ends an answer. */
  readonly tokens: readonly string[];
  /** What follows on what, by text. Anything else is followed by the end. */
  readonly next: Readonly<Record<string, string>>;
}

/** A folder with a Llama whose next token hangs on the last one alone, as a script says. Its texts are ASCII. */
export async function scriptedModel({ template, tokens, next }: Script): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "engine-cli-"));
  const write = (name: string, json: unknown) => writeFileSync(join(folder, name), JSON.stringify(json));
  const letters = ["Ċ", "Ġ", ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))];
  const texts = ["\n", " ", ...letters.slice(2), ...tokens];
  const [vocab, end] = [texts.length, texts.length - 1];
  // One dimension for each token, and as many more as make it even.
  const hidden = vocab + (vocab % 2);
  write("config.json", {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: hidden,
    intermediate_size: 2,
    num_hidden_layers: 1,
    num_attention_heads: 1,
    vocab_size: vocab,
    max_position_embeddings: 1024,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: false,
    eos_token_id: end,
  });
  write("tokenizer_config.json", { eos_token: texts[end], chat_template: template });
  write("tokenizer.json", {
    version: "1.0",
    added_tokens: tokens.map((content, i) => ({
      id: letters.length + i,
      content,
      special: i + letters.length === end,
    })),
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    model: {
      type: "BPE",
      vocab: Object.fromEntries(texts.map((text, id) => [letters[id] ?? text, id])),
      merges: [],
    },
  });
  const tensor = (
    name: string,
    shape: readonly number[],
    at: readonly (readonly [number, number])[] = [],
  ) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b));
    for (const [row, column] of at) data[row * shape[1]! + column] = 1;
    return { name: `${name}.weight`, dtype: "f32" as const, shape: [...shape], data };
  };
  const norm = (name: string) => {
    const ones = tensor(name, [hidden]);
    ones.data.fill(1);
    return ones;
  };
  const square = [hidden, hidden];
  const layer = "model.layers.0";
  await writeSafetensors(join(folder, "model.safetensors"), [
    tensor(
      "model.embed_tokens",
      [vocab, hidden],
      texts.map((_, id) => [id, id] as const),
    ),
    tensor(
      "lm_head",
      [vocab, hidden],
      texts.map((text, id) => [place(texts, next[text], end), id] as const),
    ),
    ...["model.norm", `${layer}.input_layernorm`, `${layer}.post_attention_layernorm`].map(norm),
    ...["q_proj", "k_proj", "v_proj", "o_proj"].map((name) => tensor(`${layer}.self_attn.${name}`, square)),
    ...["gate_proj", "up_proj"].map((name) => tensor(`${layer}.mlp.${name}`, [2, hidden])),
    tensor(`${layer}.mlp.down_proj`, [hidden, 2]),
  ]);
  return folder;
}

function place(texts: readonly string[], text: string | undefined, end: number): number {
  const at = text === undefined ? -1 : texts.indexOf(text);
  return at < 0 ? end : at;
}
