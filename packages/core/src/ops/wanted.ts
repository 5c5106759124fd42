import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import { elements } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The rows the step wants: [tokens, …] to [rows, …]. */
export const wantedOp: Op = {
  name: "wanted",
  rowwise: false,
  infer([x]) {
    if (x!.shape[0] !== "tokens") {
      throw new EngineError("bad-shape", `wanted: the first axis of ${label(x!)} must be "tokens".`);
    }
    return { shape: ["rows", ...x!.shape.slice(1)], dtype: x!.dtype };
  },
  reference([x], out, _, run) {
    const width = elements(x!.shape.slice(1));
    run.step.wanted.forEach((token, row) => {
      out.data.set(x!.data.subarray(token * width, (token + 1) * width), row * width);
    });
  },
};

export const wanted = (x: Tensor): Tensor => x.graph.emit(wantedOp, [x]);
