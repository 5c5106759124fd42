import type { TensorSpec, WriteOptions } from "./safetensors-plan.ts";
import { createSafetensors, type TensorData } from "./safetensors-writer.ts";

export interface TensorToWrite extends TensorSpec {
  /** The whole tensor, or a function that hands out its pieces in order when its turn comes. */
  readonly data: TensorData | (() => AsyncIterable<TensorData> | Iterable<TensorData>);
}

/**
 * Writes a file of tensors, one after the other. It is written under a temporary name beside `path`, so an
 * error (`bad-option`, `io-failed`, or one of a data function) leaves neither half a file nor an old one lost.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  options: WriteOptions = {},
): Promise<void> {
  const all = [...tensors];
  const writer = await createSafetensors(path, all, options);
  try {
    for (const { name, data } of all) {
      if (typeof data !== "function") await writer.write(name, data);
      else for await (const piece of data()) await writer.write(name, piece);
    }
    await writer.finish();
  } finally {
    await writer.discard();
  }
}
