import { EngineError } from "@engine/core";
import { isObject, type JsonObject } from "./json.ts";

const WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/**
 * Rewrites a tokenizer.json pre-tokenizer into parts that @huggingface/tokenizers 0.2.0 runs with the meaning
 * the reference implementation (the Rust tokenizers) gives them. Where the library differs:
 * ByteLevel's word pattern and Digits use JavaScript's `\s` and `\d` instead of Unicode's; Split knows only the
 * Isolated and (with a regular expression) Removed behaviours; Metaspace ignores `split` and the older `add_prefix_space`.
 * Throws EngineError "unsupported" for a Split that has no faithful form here.
 */
export function faithfulPreTokenizer(json: JsonObject | null): JsonObject | null {
  if (json === null) return null;
  switch (json.type) {
    case "Sequence": {
      const parts = Array.isArray(json.pretokenizers) ? json.pretokenizers.filter(isObject) : [];
      return sequence(parts.map((part) => faithfulPreTokenizer(part)!));
    }
    case "ByteLevel": {
      const parts: JsonObject[] = [];
      if (json.add_prefix_space === true) {
        parts.push({ type: "Replace", pattern: { Regex: "\\A(?! )" }, content: " " });
      }
      if (json.use_regex !== false) parts.push(isolate(WORDS));
      return sequence([...parts, { ...json, add_prefix_space: false, use_regex: false }]);
    }
    case "Digits":
      return isolate(json.individual_digits === true ? "\\p{N}" : "\\p{N}+");
    case "Metaspace": {
      const mark = typeof json.replacement === "string" ? json.replacement : "▁";
      const scheme = json.add_prefix_space === false ? "never" : (json.prepend_scheme ?? "always");
      const metaspace = { ...json, prepend_scheme: scheme };
      return json.split === false ? metaspace : sequence([metaspace, isolate(`(?=${escapePattern(mark)})`)]);
    }
    case "Split":
      return faithfulSplit(json);
    default:
      return json;
  }
}

function faithfulSplit(json: JsonObject): JsonObject {
  const pattern = isObject(json.pattern) ? json.pattern : {};
  const behavior = String(json.behavior ?? "").toLowerCase();
  if (behavior === "isolated") return { ...json, invert: false };
  const text = pattern.String;
  if (behavior === "removed") {
    // The library captures a String pattern, and so would keep what is to be removed.
    const regex = typeof text === "string" ? escapePattern(text) : pattern.Regex;
    return { ...json, pattern: { Regex: regex } };
  }
  if (typeof text === "string" && text !== "" && json.invert !== true) {
    const literal = escapePattern(text);
    if (behavior === "mergedwithprevious") return isolate(`(?<=${literal})`);
    if (behavior === "mergedwithnext") return isolate(`(?=${literal})`);
    if (behavior === "contiguous") return isolate(`(?:${literal})+`);
  }
  throw new EngineError(
    "unsupported",
    `The pre-tokenizer Split with behavior ${JSON.stringify(json.behavior)} and pattern ${JSON.stringify(pattern)} is not read.`,
  );
}

function isolate(regex: string): JsonObject {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}

function sequence(pretokenizers: readonly JsonObject[]): JsonObject {
  return pretokenizers.length === 1 ? pretokenizers[0]! : { type: "Sequence", pretokenizers };
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
