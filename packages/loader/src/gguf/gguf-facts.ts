import { configReader, EngineError, elements, type GgufFacts, readRows } from "@engine/core";
import { show } from "../show.ts";
import type { GgufValue } from "./metadata-value.ts";
import type { GgufSource } from "./open-gguf.ts";

/** Factors of a rotation are the largest that a family asks for. */
const MAX_VALUES = 65_536;

/** What the header says, for the family that reads the file. Throws `bad-checkpoint` without `general.architecture`. */
export function ggufFacts(source: GgufSource): GgufFacts {
  const { metadata, files } = source;
  const { path } = files[0]!;
  const name = metadata.get("general.architecture");
  if (typeof name !== "string" || name === "") {
    throw new EngineError(
      "bad-checkpoint",
      `${path}: "general.architecture" must name the model's architecture, but is ${show(name)}. Convert the model again.`,
    );
  }
  const all: Record<string, unknown> = Object.create(null);
  const own: Record<string, unknown> = Object.create(null);
  const prefix = `${name}.`;
  for (const key of metadata.keys()) {
    const getter = { enumerable: true, get: () => plain(metadata.get(key)) };
    Object.defineProperty(all, key, getter);
    if (key.startsWith(prefix)) Object.defineProperty(own, key.slice(prefix.length), getter);
  }
  return {
    name,
    own: configReader(own, `${path}: metadata ${prefix}*`),
    metadata: configReader(all, `${path}: metadata`),
    indexOf: (key, text) => metadata.indexOf(key, text),
    isList: (key) => metadata.count(prefix + key) !== undefined,
    shape: (tensor) => source.describe(tensor)?.shape,
    async values(tensor) {
      const encoding = source.describe(tensor);
      if (!encoding) return undefined;
      const { shape } = encoding;
      if (elements(shape) > MAX_VALUES) {
        throw new EngineError(
          "bad-checkpoint",
          `${path}: tensor ${show(tensor)} is too large for what it is.`,
        );
      }
      return [...(await readRows(source, tensor, encoding, { begin: 0, end: shape[0] ?? 1 }))];
    },
  };
}

/** Config readers know lists of finite numbers and of texts. */
function plain(value: GgufValue | undefined): unknown {
  if (Array.isArray(value)) return value.map(listed);
  return value;
}

function listed(item: GgufValue): unknown {
  if (typeof item === "boolean") return Number(item);
  if (item === Number.NEGATIVE_INFINITY) return -Number.MAX_VALUE;
  return item === Number.POSITIVE_INFINITY ? Number.MAX_VALUE : item;
}
