import { EngineError } from "../error.ts";
import { label } from "../label.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { sequenceRows } from "./row-places.ts";

/**
 * Causal convolution of each channel with its own few taps: x [tokens, channels], w [channels, 1, taps] to
 * [tokens, channels]. A sequence's state holds its last taps - 1 inputs, [taps - 1, channels].
 */
export const shortConvOp: Op = {
  name: "short-conv",
  rowwise: false,
  effect: true,
  infer([x, w]) {
    const [channels, one, taps] = w!.shape;
    if (x!.shape.length !== 2 || x!.shape[0] !== "tokens" || x!.shape[1] !== channels || one !== 1 || !taps) {
      throw new EngineError("bad-shape", `short-conv: ${label(x!)} does not fit taps ${label(w!)}.`);
    }
    return { shape: x!.shape, dtype: "f32" };
  },
  state: ([, w]) => [(w!.shape[2] as number) - 1, w!.shape[0] as number],
  reference([x, w], out, attrs, run) {
    const slots = run.state(attrs.state as string);
    const [channels, , taps] = w!.shape as [number, number, number];
    for (const { sequence, first, rows } of sequenceRows(run.step)) {
      const past = slots.read(sequence);
      const at = (row: number, c: number): number =>
        row < 0 ? past[(row + taps - 1) * channels + c]! : x!.data[(first + row) * channels + c]!;
      for (let row = 0; row < rows; row++) {
        for (let c = 0; c < channels; c++) {
          let total = 0;
          for (let j = 0; j < taps; j++) total += w!.data[c * taps + j]! * at(row - taps + 1 + j, c);
          out.data[(first + row) * channels + c] = total;
        }
      }
      slots.write(
        sequence,
        past.map((_, i) => at(rows - taps + 1 + Math.floor(i / channels), i % channels)),
      );
    }
  },
};

export function shortConv(x: Tensor, w: Tensor, state: string): Tensor {
  return x.graph.emit(shortConvOp, [x, w], { state });
}
