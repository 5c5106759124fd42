import { EngineError } from "@engine/core";
import type { GgufDescription } from "./gguf-model.ts";
import { addedTokens, around, type MetadataVocab } from "./metadata-vocab.ts";
import { type PreKind, preKinds } from "./pre-kinds.ts";

/** A byte-level BPE vocabulary ("gpt2") as tokenizer.json has it. Throws `unsupported` for an unknown `pre`. */
export function byteLevelJson(vocab: MetadataVocab, pre: string): GgufDescription {
  const kind: PreKind | undefined = preKinds.get(pre);
  if (!kind) {
    throw new EngineError(
      "unsupported",
      `${vocab.where}: the pre-tokenizer "${pre}" is not known; known are ${[...preKinds.keys()].join(", ")}. Put the model's tokenizer.json into a folder with its safetensors and use that.`,
    );
  }
  const [before, after] = [vocab.special("bos"), vocab.special("eos")];
  const splits = kind.splits.map((regex) => ({
    type: "Split",
    pattern: { Regex: regex },
    behavior: "Isolated",
    invert: false,
  }));
  const bytes = {
    type: "ByteLevel",
    add_prefix_space: vocab.flag("add_space_prefix", false),
    use_regex: kind.words ?? false,
  };
  return {
    frame: {
      added_tokens: addedTokens(vocab),
      normalizer: kind.nfc ? { type: "NFC" } : null,
      pre_tokenizer: { type: "Sequence", pretokenizers: [...splits, bytes] },
      post_processor: around(
        before !== undefined && vocab.flag("add_bos_token", kind.bos ?? false) ? [before] : [],
        after !== undefined && vocab.flag("add_eos_token", false) ? [after] : [],
      ),
      decoder: { type: "ByteLevel" },
    },
    options: { type: "BPE", ignore_merges: kind.wholeWords ?? false },
    byScore: false,
  };
}
