import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** x [rows, width], with the embeddings the step gives in the place of theirs (`StepInput.embeddings`). */
export const overlayOp: Op = {
  name: "overlay",
  rowwise: true,
  infer([x]) {
    const [rows, width] = x!.shape;
    if (x!.shape.length !== 2 || (rows !== "tokens" && rows !== "rows") || typeof width !== "number") {
      throw new EngineError("bad-shape", `overlay: ${label(x!)} must be [tokens, width].`);
    }
    return { shape: x!.shape, dtype: "f32" };
  },
  reference([x], out, _, run) {
    out.data.set(x!.data);
    const { embeddings, wanted } = run.step;
    const width = x!.shape[1]!;
    embeddings?.rows.forEach((token, i) => {
      const row = run.symbols[0] === "rows" ? wanted.indexOf(token) : token;
      if (row >= 0) out.data.set(embeddings.values.subarray(i * width, (i + 1) * width), row * width);
    });
  },
};

export const overlay = (x: Tensor): Tensor => x.graph.emit(overlayOp, [x]);
