import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { WeightSource } from "@engine/core";
import type { Checksums } from "../quantize/write-shard.ts";
import { createSafetensors } from "../safetensors-writer.ts";
import { type CopiedShard, LAYOUT } from "./plan-shards.ts";

/** Bytes read and written in one go. */
const PIECE = 2 ** 23;

export interface CopyWork {
  readonly source: Pick<WeightSource, "read">;
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onCopied: (bytes: number, tensor: string) => void;
}

/** Writes one file of the copy. The checksums are those of the bytes that were read. */
export async function copyShard({ file, tensors }: CopiedShard, work: CopyWork): Promise<Checksums> {
  const { source, folder, signal, onCopied } = work;
  const specs = tensors.flatMap((tensor) => tensor.specs);
  const writer = await createSafetensors(join(folder, file), specs, LAYOUT);
  const sums: Record<string, number> = {};
  const buffer = new Uint8Array(PIECE);
  try {
    for (const { name, bytes } of tensors) {
      let sum = 0;
      for (let at = 0; at < bytes; at += PIECE) {
        const piece = buffer.subarray(0, Math.min(PIECE, bytes - at));
        await source.read(name, "data", Float64Array.of(at, piece.length), piece, signal);
        sum = crc32(piece, sum);
        await writer.write(name, piece);
        onCopied(piece.length, name);
      }
      sums[name] = sum;
    }
    await writer.finish();
    return sums;
  } finally {
    await writer.discard();
  }
}
