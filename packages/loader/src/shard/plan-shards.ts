import type { WeightSource } from "@engine/core";
import { METADATA, shardName } from "../quantize/plan-output.ts";
import { layOut, type TensorSpec } from "../safetensors-plan.ts";

export interface CopiedTensor {
  readonly name: string;
  readonly specs: readonly TensorSpec[];
  readonly bytes: number;
}

export interface CopiedShard {
  readonly file: string;
  readonly tensors: readonly CopiedTensor[];
  /** Of the whole file. */
  readonly bytes: number;
}

export interface ShardPlan {
  readonly shards: readonly CopiedShard[];
}

/** A file is finished, and kept when the work is interrupted, every so many bytes. */
const SHARD_BYTES = 2 ** 30;
/** How the files are laid out. */
export const LAYOUT = { metadata: METADATA, sectors: true };

/** The stored tensors in files, in the order their weights are used; what no weight names comes last. */
export function planShards(
  source: Pick<WeightSource, "names" | "describe">,
  order: readonly string[],
  shardBytes: number = SHARD_BYTES,
): ShardPlan {
  const rank = new Map(order.map((name, i) => [name, i]));
  const tensors = [...source.names()]
    .map((name) => ({ name, place: rank.get(weightOf(name)) ?? order.length }))
    .sort((a, b) => a.place - b.place)
    .map(({ name }): CopiedTensor => {
      const { type, shape, parts } = source.describe(name)!;
      return { name, bytes: parts.data!.bytes, specs: [{ name, dtype: type, shape }] };
    });
  const files: CopiedTensor[][] = [[]];
  let size = 0;
  for (const tensor of tensors) {
    if (size > 0 && size + tensor.bytes > shardBytes) {
      files.push([]);
      size = 0;
    }
    files.at(-1)!.push(tensor);
    size += tensor.bytes;
  }
  return {
    shards: files.map((part, i) => {
      const file = shardName(i, files.length);
      const { header } = layOut(
        file,
        part.flatMap(({ specs }) => specs),
        LAYOUT,
      );
      return { file, tensors: part, bytes: part.reduce((sum, { bytes }) => sum + bytes, header.length) };
    }),
  };
}

/** compressed-tensors stores a weight in parts named after it. */
function weightOf(stored: string): string {
  return stored.replace(/_(packed|scale|shape|zero_point|g_idx)$/, "");
}
