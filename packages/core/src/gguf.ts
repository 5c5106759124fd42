import type { ConfigReader } from "./config-reader.ts";
import type { IgnoredWeights } from "./ignored-weights.ts";

/** What the header of a GGUF file says, as a family needs it. */
export interface GgufFacts {
  /** `general.architecture`. */
  readonly name: string;
  /** The metadata under the architecture's own prefix: "block_count" for `llama.block_count`. Lists of truths are 0 and 1. */
  readonly own: ConfigReader;
  /** Whether the value under one of its own keys is a list: some are one number, or one for each layer. */
  isList(key: string): boolean;
  /** All metadata by their full keys. */
  readonly metadata: ConfigReader;
  /** The place of a text in the list of texts under a full key, -1 without it: a vocabulary is not made for one token. */
  indexOf(key: string, text: string): number;
  /** Of a tensor by the file's name, outermost axis first; undefined where there is none. */
  shape(tensor: string): readonly number[] | undefined;
  /** The numbers of a small tensor of floats; undefined where there is none. */
  values(tensor: string): Promise<readonly number[] | undefined>;
}

/**
 * How GGUF files hold a family's models. What a file stores otherwise than a checkpoint does has a name of its own
 * in `names` or a key in `config`, so that the bytes stay as they are: pairs of rotated channels that stand side by
 * side are `rope_interleave`, norms stored as 1 + w are `….one_plus_weight`.
 */
export interface GgufReading {
  /** Values of `general.architecture`. */
  readonly architectures: readonly string[];
  /** Whether a file of these architectures is this family's; all are, unless two families share one. */
  readonly reads?: (file: GgufFacts) => boolean;
  /** What config.json would say. */
  config(file: GgufFacts): Promise<Readonly<Record<string, unknown>>>;
  /**
   * The file's tensor names to those `forward` reads; see the loader's `NameTable`: `{i}` stands for a number, a
   * last word that is left out is kept, `{row}` makes each entry along axis 0 a weight of its own.
   */
  readonly names: Readonly<Record<string, string>>;
  /** What a file holds, by the names above, that is left aside on purpose, besides the family's `ignores`. */
  readonly ignores?: (file: GgufFacts) => readonly IgnoredWeights[];
}
