import { type Encoding, EngineError } from "@engine/core";
import { blockDecoder } from "../encodings/block-type.ts";
import { type FileWeight, FileWeights } from "../file-weights.ts";
import { type OpenFile, OpenFiles } from "../open-files.ts";
import { show } from "../show.ts";
import { type GgufFile, openGgufFile } from "./gguf-file.ts";
import type { GgufTensor } from "./gguf-header.ts";
import type { GgufMetadata } from "./metadata.ts";
import { type NameTable, weightNames } from "./name-table.ts";
import { checkParts, splitFiles } from "./split-files.ts";

/** The tensors of a GGUF file, or of the parts of a split one, under the names the file gives them. */
export class GgufSource extends FileWeights {
  /** Of the first part. */
  readonly metadata: GgufMetadata;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];

  constructor(files: readonly OpenFile[], weights: ReadonlyMap<string, FileWeight>, metadata: GgufMetadata) {
    super(new OpenFiles(files), weights);
    this.metadata = metadata;
    this.files = files.map(({ path, fileBytes }) => ({ path, bytes: fileBytes }));
  }

  /** The same tensors under the names of a checkpoint; closing either source closes the files of both. */
  named(table: NameTable): FileWeights {
    const weights = new Map<string, FileWeight>();
    for (const [name, weight] of this.weights) {
      for (const [renamed, row] of weightNames(name, weight.encoding.shape, table))
        weights.set(renamed, row === undefined ? weight : rowOf(weight, row));
    }
    return new FileWeights(this.open, weights);
  }
}

/**
 * Opens a GGUF file (version 2 or 3, little-endian), and with one part of a split file
 * (`…-00002-of-00003.gguf`) all of them. Only headers are read; the files stay open until `close()`. Throws
 * `missing-file`, `bad-checkpoint`, `unsupported` or `io-failed`.
 */
export async function openGguf(path: string): Promise<GgufSource> {
  const files: GgufFile[] = [];
  try {
    for (const part of await splitFiles(path)) files.push(await openGgufFile(part));
    checkParts(files);
    const open = files.map(withoutHeader);
    return new GgufSource(open, place(files, open), files[0]!.metadata);
  } catch (error) {
    await Promise.all(files.map((file) => file.handle.close()));
    throw error;
  }
}

/** A renamed source lives as long as the model; the header, with the whole vocabulary, need not. */
function withoutHeader({ path, handle, fileBytes, modifiedMs }: GgufFile): OpenFile {
  return { path, handle, fileBytes, modifiedMs };
}

function place(files: readonly GgufFile[], open: readonly OpenFile[]): Map<string, FileWeight> {
  const weights = new Map<string, FileWeight>();
  for (const [i, file] of files.entries()) {
    for (const tensor of file.tensors.values()) {
      const first = weights.get(tensor.name);
      if (first) {
        throw new EngineError(
          "bad-checkpoint",
          `${file.path}: tensor ${show(tensor.name)} is also in ${first.file.path}. Download the parts again, from one revision.`,
        );
      }
      weights.set(tensor.name, { file: open[i]!, offset: tensor.offset, encoding: encodingOf(tensor) });
    }
  }
  return weights;
}

function encodingOf({ type: stored, shape, rowBytes, bytes }: GgufTensor): Encoding {
  const { type, size, decode } = stored;
  const parts = { data: { dtype: type, shape, rowBytes, bytes } };
  if (!decode) return { type, shape, parts };
  return { type, shape, parts, decode: blockDecoder({ type, size, bytes: stored.bytes, decode }) };
}

/** Entry `row` along axis 0 as a weight of its own. */
function rowOf({ file, offset, encoding }: FileWeight, row: number): FileWeight {
  const { rowBytes } = encoding.parts.data!;
  const shape = encoding.shape.slice(1);
  const rows = shape[0] ?? 1;
  const data = { ...encoding.parts.data!, shape, bytes: rowBytes, rowBytes: rowBytes / rows };
  return { file, offset: offset + row * rowBytes, encoding: { ...encoding, shape, parts: { data } } };
}
