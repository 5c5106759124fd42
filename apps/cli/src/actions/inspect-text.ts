import type { Io } from "../io.ts";
import { paint } from "../terminal/paint.ts";
import { showBytes, showCount } from "../terminal/quantities.ts";
import { table } from "../terminal/table.ts";
import type { InspectFlags, Inspection } from "./inspection.ts";
import { layerTable } from "./layer-table.ts";
import { memoryText } from "./memory-text.ts";

/** Keys of config.json people look for first. */
const CONFIG_KEYS = [
  "hidden_size",
  "intermediate_size",
  "num_hidden_layers",
  "hidden_act",
  "rms_norm_eps",
  "rope_theta",
  "sliding_window",
  "tie_word_embeddings",
];
/** How many tensors are shown unless all are asked for. */
const FIRST = 8;
/** How many keys of a GGUF file's metadata. */
const FIRST_KEYS = 24;

/** An inspection for people. */
export function inspectText(io: Io, found: Inspection, flags: InspectFlags): string {
  const { bold, red } = paint(io.stdout, io.env);
  const heading = `${bold(found.path)}\n`;
  const problem = found.problem === undefined ? "" : `${red("problem:")} ${found.problem}\n`;
  return `${heading}${problem}${table(facts(found))}${layers(found, bold)}${parts(found, bold)}${metadata(found, { all: flags.tensors ?? false, bold })}${memoryText(found.memory, bold)}${tensors(found, { all: flags.tensors ?? false, bold })}`;
}

function facts(found: Inspection): [string, string][] {
  const { weights, files, tokenizer, eosTokenIds, unread, config } = found;
  const types = Object.entries(weights.types).map(
    ([type, { parameters }]) => `${type} ${showCount(parameters)}`,
  );
  const text = { ...config, ...(config?.text_config as typeof config) };
  const named = CONFIG_KEYS.filter((key) => text[key] !== undefined && text[key] !== null);
  const rows: ([string, string] | undefined)[] = [
    config && ["family", familyOf(found)],
    [
      "parameters",
      `${showCount(weights.parameters)} in ${weights.tensors} tensors: ${types.join(", ") || "none"}`,
    ],
    [
      "files",
      `${files.length === 1 ? files[0]!.path : `${files.length} files`}, ${showBytes(weights.bytes)} of weights`,
    ],
    found.layers.length > 0 ? ["layers", String(found.layers.length)] : undefined,
    found.context === undefined ? undefined : ["context", `${found.context} tokens`],
    found.vocabulary === undefined ? undefined : ["vocabulary", String(found.vocabulary)],
    tokenizer === undefined ? undefined : ["tokenizer", tokenizerText(tokenizer)],
    eosTokenIds === undefined ? undefined : ["ends at", eosTokenIds.join(", ") || "no token known"],
    named.length > 0
      ? ["config", named.map((key) => `${key} ${showSetting(text[key])}`).join(", ")]
      : undefined,
    unread.length > 0 ? ["not read", `${unread.length} tensors, such as ${unread[0]}`] : undefined,
  ];
  return rows.filter((row) => row !== undefined);
}

/** A list of equal values, one for each layer, as one. */
function showSetting(value: unknown): string {
  return String(Array.isArray(value) && new Set(value).size === 1 ? value[0] : value);
}

function familyOf({ architecture, modelType }: Inspection): string {
  const type = modelType === undefined ? "no model_type" : `model_type ${modelType}`;
  return `${architecture ?? "unknown"} (${type})`;
}

function tokenizerText(tokenizer: NonNullable<Inspection["tokenizer"]>): string {
  if (typeof tokenizer === "string") return tokenizer;
  return `${tokenizer.tokens} tokens, ${tokenizer.chatTemplate ? "with" : "without"} a chat template`;
}

function layers({ layers: found }: Inspection, bold: (text: string) => string): string {
  return found.length === 0 ? "" : `\n${bold("Layers")}\n${layerTable(found)}`;
}

function parts({ parts: found }: Inspection, bold: (text: string) => string): string {
  if (found.length === 0) return "";
  const rows = found.map(({ part, tensors: count, parameters, bytes, types }) => [
    part,
    String(count),
    showCount(parameters),
    showBytes(bytes),
    Object.entries(types)
      .map(([type, stored]) => (stored === count ? type : `${stored} ${type}`))
      .join(", "),
  ]);
  const heading = ["part", "tensors", "parameters", "bytes", "stored as"];
  return `\n${bold("Parts")}\n${table([heading, ...rows], { right: [1, 2, 3] })}`;
}

/** The first keys say what a file is; the rest is shown when all is asked for. */
function metadata(
  { metadata: found }: Inspection,
  { all, bold }: { all: boolean; bold: (text: string) => string },
): string {
  if (!found) return "";
  const entries = Object.entries(found);
  const rows = entries
    .slice(0, all ? entries.length : FIRST_KEYS)
    .map(([key, value]) => [key, oneLine(value)]);
  const rest = entries.length - rows.length;
  const more = rest > 0 ? `… and ${rest} more; --tensors lists all.\n` : "";
  return `\n${bold("Metadata")}\n${table(rows)}${more}`;
}

function oneLine(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ");
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

function tensors(found: Inspection, { all, bold }: { all: boolean; bold: (text: string) => string }): string {
  const shown = all ? found.tensors : found.tensors.slice(0, FIRST);
  const rows = shown.map(({ name, type, shape, bytes }) => [
    name,
    type,
    `[${shape.join(", ")}]`,
    showBytes(bytes),
  ]);
  const rest = found.tensors.length - shown.length;
  const more = rest > 0 ? `… and ${rest} more; --tensors lists all.\n` : "";
  return `\n${bold("Tensors")}\n${table(rows, { right: [3] })}${more}`;
}
