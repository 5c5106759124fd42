export interface OtherFormat {
  readonly what: string;
  readonly next: string;
}

const CONVERT =
  "Only safetensors and GGUF are read now: use the model's safetensors files, or convert it with";
const GGUF: OtherFormat = { what: "GGUF weights", next: "Give it a name that ends in .gguf." };
const PYTORCH: OtherFormat = {
  what: "PyTorch (pickle) weights, which can run code when they are opened",
  next: `${CONVERT} transformers: from_pretrained(FOLDER).save_pretrained(NEW_FOLDER).`,
};

/** File names of weights this package does not read, most telling first. */
const BY_NAME: readonly (readonly [RegExp, OtherFormat])[] = [
  [
    /\.(task|litertlm|tflite)$/i,
    {
      what: "LiteRT weights",
      next: "Only safetensors and GGUF are read now: use the model's safetensors files.",
    },
  ],
  [
    /\.onnx(_data)?$/i,
    {
      what: "ONNX weights",
      next: "Only safetensors and GGUF are read now: use the model's safetensors files.",
    },
  ],
  [/\.(bin|pt|pth|ckpt)(\.index\.json)?$/i, PYTORCH],
  [/\.h5$/i, { what: "TensorFlow weights", next: `${CONVERT} transformers (from_tf=True).` }],
  [/\.msgpack$/i, { what: "Flax weights", next: `${CONVERT} transformers (from_flax=True).` }],
  [
    /\.npz$/i,
    {
      what: "NumPy weights",
      next: "Only safetensors and GGUF are read now: use the model's safetensors files.",
    },
  ],
];

/** Small files of other kinds that share an ending with weights. */
const NOT_WEIGHTS = /^(training_args|optimizer|scheduler|rng_state.*)\.(bin|pt|pth)$/i;

/** The first of the files that is weights in a format that is not read. */
export function otherWeights(
  names: readonly string[],
): (OtherFormat & { readonly file: string }) | undefined {
  const candidates = names.filter((name) => !NOT_WEIGHTS.test(name)).toSorted();
  for (const [pattern, format] of BY_NAME) {
    const file = candidates.find((name) => pattern.test(name));
    if (file !== undefined) return { file, ...format };
  }
  return undefined;
}

/** What a file really holds, by its first 8 bytes, when that is a known other thing. */
export function formatOfBytes(start: Buffer): OtherFormat | undefined {
  const text = start.toString("latin1");
  if (text.startsWith("version ")) {
    return {
      what: "a Git LFS pointer, a note of where the weights are",
      next: "Run `git lfs pull` in its folder.",
    };
  }
  if (text.startsWith("GGUF")) return GGUF;
  if (text.startsWith("PK\u0003\u0004")) return PYTORCH;
  if (/^<(!doc|html)/i.test(text)) {
    return { what: "a web page", next: "The download went wrong: download the file itself again." };
  }
  return undefined;
}
