/** How byte-level BPE cuts a text into words before merging, as the models' own tokenizer.json say. */
export interface PreKind {
  /** Regular expressions, one after the other; each match is a piece of its own, and so is what lies between. */
  readonly splits: readonly string[];
  /** GPT-2's words are cut last. */
  readonly words?: boolean;
  /** A word that is a token is not merged. */
  readonly wholeWords?: boolean;
  readonly nfc?: boolean;
  /** Whether BOS is added where the file does not say. */
  readonly bos?: boolean;
}

const ENDINGS = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";
const SPACES = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;
const SIGNS = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*`;
const UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const LEAD = String.raw`[^\r\n\p{L}\p{N}]?`;

/** Llama 3's words, with at most so many digits in one. */
const words = (digits: string): string => `(?:${ENDINGS})|${LEAD}\\p{L}+|${digits}|${SIGNS}|${SPACES}`;
/** Words cut where a small letter is followed by a large one. */
const cased = (ending: string, digits: string): string =>
  `${LEAD}${UPPER}*${LOWER}+${ending}|${LEAD}${UPPER}+${LOWER}*${ending}|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${SPACES}`;

const ONE = String.raw`\p{N}`;
const THREE = String.raw`\p{N}{1,3}`;

/** Letters of the scripts DeepSeek names. */
const DEEPSEEK_LETTERS = String.raw`\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+`;

const GPT_2: PreKind = { splits: [], words: true };
const DIGITS: PreKind = { splits: [ONE], words: true };
const LLAMA_3: PreKind = { splits: [words(THREE)], wholeWords: true, bos: true };
const QWEN_2: PreKind = { splits: [words(ONE)], nfc: true };
const GPT_4O: PreKind = { splits: [cased(`(?:${ENDINGS})?`, THREE)] };

/** By the name the file gives; llama.cpp's converter makes it out of a hash of what the tokenizer does. */
export const preKinds: ReadonlyMap<string, PreKind> = new Map<string, PreKind>([
  [
    "default",
    {
      splits: [
        String.raw`[\p{P}\$\+<=>\^~\|]+`,
        String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)`,
        String.raw`\p{N}+`,
        "[0-9][0-9][0-9]",
      ],
    },
  ],
  ["gpt-2", GPT_2],
  ["phi-2", GPT_2],
  ["olmo", GPT_2],
  ["mpt", GPT_2],
  ["smollm", DIGITS],
  ["starcoder", DIGITS],
  ["refact", DIGITS],
  ["command-r", DIGITS],
  ["codeshell", DIGITS],
  ["exaone", DIGITS],
  ["llama-bpe", LLAMA_3],
  ["llama3", LLAMA_3],
  ["llama-v3", LLAMA_3],
  ["pixtral", LLAMA_3],
  ["falcon3", LLAMA_3],
  ["lfm2", LLAMA_3],
  ["smaug-bpe", { splits: [words(THREE)] }],
  ["dbrx", { splits: [words(THREE)] }],
  ["chatglm-bpe", { splits: [words(THREE)] }],
  ["glm4", { splits: [words(THREE)], wholeWords: true }],
  ["qwen2", QWEN_2],
  ["deepseek-r1-qwen", QWEN_2],
  ["megrez", QWEN_2],
  ["stablelm2", { splits: [words(ONE)] }],
  [
    "qwen35",
    {
      splits: [
        String.raw`(?:${ENDINGS})|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|${SPACES}`,
      ],
      nfc: true,
    },
  ],
  ["tekken", { splits: [cased("", ONE)], wholeWords: true, bos: true }],
  ["gpt-4o", GPT_4O],
  ["llama4", GPT_4O],
  [
    "deepseek-llm",
    {
      splits: [
        "[\\r\\n]",
        DEEPSEEK_LETTERS,
        String.raw`\s?[!-/:-~！-／：-～‘-‟　-。]+`,
        String.raw`\s+$`,
        "[一-龥ࠀ-一가-퟿]+",
        String.raw`\p{N}+`,
      ],
    },
  ],
  [
    "deepseek-coder",
    {
      splits: ["[\\r\\n]", String.raw`\s?\p{L}+`, String.raw`\s?\p{P}+`, "[一-龥ࠀ-一가-퟿]+", ONE],
    },
  ],
  [
    "deepseek-v3",
    {
      splits: [
        THREE,
        "[一-龥぀-ゟ゠-ヿ]+",
        String.raw`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_\x60{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|${SPACES}`,
      ],
    },
  ],
]);
