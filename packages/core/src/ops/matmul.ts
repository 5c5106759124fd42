import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** y[..., o] = Σ_i x[..., i] · w[o, i]: x [..., in], w [out, in] as checkpoints store it; f32 [..., out]. */
export const matmulOp: Op = {
  name: "matmul",
  rowwise: true,
  infer([x, w]) {
    const [rows, columns] = w!.shape;
    if (w!.shape.length !== 2 || x!.shape.at(-1) !== columns) {
      throw new EngineError(
        "bad-shape",
        `matmul: ${label(x!)} does not fit ${label(w!)}: it must end in ${columns ?? "its columns"}.`,
      );
    }
    return { shape: [...x!.shape.slice(0, -1), rows!], dtype: "f32" };
  },
  reference([x, w], out) {
    const [columns, width] = w!.shape as [number, number];
    const rows = columns === 0 ? 0 : out.data.length / columns;
    for (let row = 0; row < rows; row++) {
      for (let o = 0; o < columns; o++) {
        let total = 0;
        for (let i = 0, a = row * width, b = o * width; i < width; i++, a++, b++)
          total += x!.data[a]! * w!.data[b]!;
        out.data[row * columns + o] = total;
      }
    }
  },
};

export const matmul = (x: Tensor, w: Tensor): Tensor => x.graph.emit(matmulOp, [x, w]);
