import { join } from "node:path";
import { crc32 } from "node:zlib";
import { EngineError, type WeightSource } from "@engine/core";
import { createSafetensors, type SafetensorsWriter } from "../safetensors-writer.ts";
import { show } from "../show.ts";
import type { Converted } from "./convert-lines.ts";
import { pieces } from "./piece-reader.ts";
import { METADATA, type PlannedShard, type PlannedTensor } from "./plan-output.ts";
import type { Converter } from "./threads.ts";

/** CRC-32 of each tensor's bytes. */
export type Checksums = Readonly<Record<string, number>>;

export interface ShardWork {
  readonly source: WeightSource;
  readonly converter: Converter;
  readonly folder: string;
  readonly importance?: ReadonlyMap<string, Float32Array> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the source that are done with. */
  readonly onRead: (bytes: number, tensor: string) => void;
}

interface Coming {
  readonly tensor: PlannedTensor;
  readonly read: number;
  readonly converted: Promise<Converted>;
}

/** Writes one file of the output. Some pieces are read ahead of those being converted; they are written in order. */
export async function writeShard(shard: PlannedShard, work: ShardWork): Promise<Checksums> {
  const { folder, converter, onRead } = work;
  const specs = shard.tensors.flatMap((tensor) => tensor.specs);
  const writer = await createSafetensors(join(folder, shard.file), specs, { metadata: METADATA });
  const sums: Record<string, number> = {};
  const coming: Coming[] = [];
  const finishFirst = async (): Promise<void> => {
    const { tensor, read, converted } = coming.shift()!;
    await put(writer, tensor, { converted: await converted, sums });
    onRead(read, tensor.name);
  };
  try {
    for (const tensor of shard.tensors) {
      for await (const next of convertedPieces(tensor, work)) {
        coming.push(next);
        // A failure is met where its turn comes.
        next.converted.catch(() => {});
        if (coming.length > converter.threads + 1) await finishFirst();
      }
    }
    while (coming.length > 0) await finishFirst();
    await writer.finish();
    return sums;
  } finally {
    await writer.discard();
  }
}

async function* convertedPieces(tensor: PlannedTensor, work: ShardWork): AsyncGenerator<Coming> {
  const { source, converter, importance, signal } = work;
  const { name, target } = tensor;
  const encoding = source.describe(name)!;
  const columns = target.as === "integers" ? encoding.shape.at(-1)! : 1;
  for await (const { type, bytes, read } of pieces(source, name, { encoding, columns, signal })) {
    const converted: Promise<Converted> =
      target.as === "copy"
        ? Promise.resolve({ parts: { "": bytes } })
        : converter.convert({ type, bytes, columns, target, importance: importance?.get(name) });
    yield { tensor, read, converted };
  }
  if (target.as !== "integers") return;
  const shape = new Uint8Array(BigInt64Array.from(encoding.shape.map(BigInt)).buffer);
  yield { tensor, read: 0, converted: Promise.resolve({ parts: { _shape: shape } }) };
}

async function put(
  writer: SafetensorsWriter,
  { name }: PlannedTensor,
  { converted, sums }: { converted: Converted; sums: Record<string, number> },
): Promise<void> {
  if (converted.fault === "not-finite")
    throw new EngineError(
      "bad-checkpoint",
      `weight ${show(name)} holds infinities or NaN, so it cannot be quantized. Download it again.`,
    );
  if (converted.fault === "too-large")
    throw new EngineError(
      "unsupported",
      `weight ${show(name)} holds values too large for this type. Use bf16 or fp32.`,
    );
  for (const [end, bytes] of Object.entries(converted.parts)) {
    const stored = name + end;
    sums[stored] = crc32(bytes, sums[stored] ?? 0);
    await writer.write(stored, bytes);
  }
}
