import { EngineError, type WeightSource } from "@engine/core";
import { INDEX_FILE, SINGLE_FILE } from "../find-weights.ts";
import { layOut, type TensorSpec } from "../safetensors-plan.ts";
import { show } from "../show.ts";
import { chooseTarget, DEFAULT_GROUP, type Role, roleOf, type TypeChoice } from "./choose-target.ts";
import type { Target } from "./convert-lines.ts";

/** A tensor of the source and what is written for it. */
export interface PlannedTensor {
  readonly name: string;
  readonly target: Target;
  readonly specs: readonly TensorSpec[];
  /** Of the specs' data. */
  readonly bytes: number;
  /** Bytes that are read for it. */
  readonly readBytes: number;
}

export interface PlannedShard {
  readonly file: string;
  readonly tensors: readonly PlannedTensor[];
  /** Of the whole file. */
  readonly bytes: number;
}

export interface OutputPlan {
  readonly shards: readonly PlannedShard[];
  readonly tensors: readonly PlannedTensor[];
  /** Matrices that stay as they are because a row is no whole number of groups. */
  readonly ragged: readonly string[];
}

/** A file is finished, and kept when the work is interrupted, every so many bytes. */
const SHARD_BYTES = 2 ** 30;

/** Everything that will be written, by the header of the source alone. Throws `bad-option` and `unsupported`. */
export function planOutput(
  source: Pick<WeightSource, "names" | "describe">,
  choice: TypeChoice,
  shardBytes: number = SHARD_BYTES,
): OutputPlan {
  const { group = DEFAULT_GROUP } = choice;
  if (!Number.isSafeInteger(group) || group < 32 || group % 32 !== 0)
    throw new EngineError("bad-option", `The group must be a multiple of 32, but is ${group}.`);
  const tensors = [...source.names()].map((name) => planTensor(name, source, choice));
  const has = (role: Role) => tensors.some(({ name }) => roleOf(name, source.describe(name)!.shape) === role);
  if (choice.lmHead !== undefined && !has("head"))
    throw new EngineError(
      "bad-option",
      "A type was given for the head, but the model has none of its own: its embeddings are the head. Give a type for the embeddings instead.",
    );
  if (choice.embeddings !== undefined && !has("embeddings"))
    throw new EngineError(
      "bad-option",
      "A type was given for the embeddings, but no tensor is named as such.",
    );
  const shards: PlannedTensor[][] = [[]];
  let size = 0;
  for (const tensor of tensors) {
    if (size > 0 && size + tensor.bytes > shardBytes) {
      shards.push([]);
      size = 0;
    }
    shards.at(-1)!.push(tensor);
    size += tensor.bytes;
  }
  const isInteger = choice.type === "int4" || choice.type === "int8";
  const ragged = tensors.filter(({ name, target }) => {
    return isInteger && target.as !== "integers" && roleOf(name, source.describe(name)!.shape) === "matrix";
  });
  return {
    tensors,
    shards: shards.map((part, i) => planShard(part, shardName(i, shards.length))),
    ragged: ragged.map(({ name }) => name),
  };
}

function planShard(tensors: readonly PlannedTensor[], file: string): PlannedShard {
  const { header } = layOut(
    file,
    tensors.flatMap(({ specs }) => specs),
    { metadata: METADATA },
  );
  return { file, tensors, bytes: tensors.reduce((sum, { bytes }) => sum + bytes, header.length) };
}

/** transformers refuses files without it. */
export const METADATA = { format: "pt" };

export function shardName(index: number, count: number): string {
  if (count === 1) return SINGLE_FILE;
  const number = (value: number) => String(value).padStart(5, "0");
  return `model-${number(index + 1)}-of-${number(count)}.safetensors`;
}

/** What an index tells of. */
interface IndexedShards {
  readonly shards: readonly {
    readonly file: string;
    readonly tensors: readonly Pick<PlannedTensor, "specs" | "bytes">[];
  }[];
}

/** The text of the index; undefined where there is one file. */
export function indexOf({
  shards,
}: IndexedShards): { readonly name: string; readonly text: string } | undefined {
  if (shards.length === 1) return undefined;
  const places = shards.flatMap(({ file, tensors }) =>
    tensors.flatMap(({ specs }) => specs.map(({ name }) => [name, file] as const)),
  );
  const total = shards.reduce(
    (sum, { tensors }) => sum + tensors.reduce((part, { bytes }) => part + bytes, 0),
    0,
  );
  const json = { metadata: { total_size: total }, weight_map: Object.fromEntries(places) };
  return { name: INDEX_FILE, text: `${JSON.stringify(json, null, 2)}\n` };
}

function planTensor(name: string, source: Pick<WeightSource, "describe">, choice: TypeChoice): PlannedTensor {
  const encoding = source.describe(name)!;
  const target = chooseTarget(name, encoding, choice);
  const readBytes = Object.values(encoding.parts).reduce((sum, { bytes }) => sum + bytes, 0);
  const { shape } = encoding;
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (target.as === "copy")
    return { name, target, readBytes, bytes: readBytes, specs: [{ name, dtype: encoding.type, shape }] };
  if (target.as === "float") {
    const bytes = count * (target.type === "f32" ? 4 : 2);
    return { name, target, readBytes, bytes, specs: [{ name, dtype: target.type, shape }] };
  }
  const { bits, group } = target;
  const columns = shape.at(-1)!;
  if (count === 0)
    throw new EngineError("unsupported", `weight ${show(name)} of shape ${show(shape)} holds no values.`);
  const rows = shape.slice(0, -1);
  return {
    name,
    target,
    readBytes,
    bytes: (count * bits) / 8 + (count / group) * 2 + shape.length * 8,
    specs: [
      { name: `${name}_packed`, dtype: "i32", shape: [...rows, (columns * bits) / 32] },
      { name: `${name}_scale`, dtype: "f16", shape: [...rows, columns / group] },
      { name: `${name}_shape`, dtype: "i64", shape: [shape.length] },
    ],
  };
}
