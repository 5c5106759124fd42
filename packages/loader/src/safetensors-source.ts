import type { WeightSource } from "@engine/core";
import { FileWeights } from "./file-weights.ts";
import { OpenFiles } from "./open-files.ts";
import type { SafetensorsFile } from "./safetensors-file.ts";
import type { StoredTensor } from "./stored-tensor.ts";

/** The weights of one or more safetensors files. Each has one part, "data", in the file's own layout. */
export interface SafetensorsSource extends WeightSource {
  readonly files: readonly SourceFile[];
}

export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  /** The header's `__metadata__`, empty when there is none. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Placed {
  readonly file: SafetensorsFile;
  readonly tensor: StoredTensor;
}

export class OpenSafetensors extends FileWeights implements SafetensorsSource {
  readonly files: readonly SourceFile[];

  constructor(open: readonly SafetensorsFile[], tensors: ReadonlyMap<string, Placed>) {
    super(
      new OpenFiles(open),
      new Map(
        [...tensors].map(([name, { file, tensor }]) => {
          const { dtype, shape, rowBytes, bytes, begin } = tensor;
          const encoding = { type: dtype, shape, parts: { data: { dtype, shape, rowBytes, bytes } } };
          return [name, { file, offset: file.dataBegin + begin, encoding }];
        }),
      ),
    );
    this.files = open.map(({ path, fileBytes, metadata }) => ({ path, bytes: fileBytes, metadata }));
  }
}
