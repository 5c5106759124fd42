import { EngineError } from "@engine/core";
import { CONVERT_AGAIN, COPY_AGAIN } from "./next-step.ts";
import { show } from "./show.ts";
import type { StoredTensor } from "./stored-tensor.ts";

/**
 * Checks that the tensors cover the data exactly once: nothing past the end, no overlap, no hole, nothing
 * after the last. The format asks for this, its reference reader refuses all else, and it leaves no place to
 * hide a second file in.
 */
export function checkLayout(tensors: readonly StoredTensor[], dataBytes: number, path: string): void {
  const bad = (text: string) => new EngineError("bad-checkpoint", `${path}: ${text}`);
  const sorted = tensors.toSorted((a, b) => a.begin - b.begin || a.bytes - b.bytes);
  let last: StoredTensor | undefined;
  let at = 0;
  for (const tensor of sorted) {
    const { name, begin, bytes } = tensor;
    if (begin + bytes > dataBytes) {
      throw bad(
        `tensor ${show(name)} ends at byte ${begin + bytes} of the data, but the file holds only ${dataBytes}: it was cut short. ${COPY_AGAIN}`,
      );
    }
    if (last && begin < at) {
      throw bad(
        `tensor ${show(name)} begins at byte ${begin} of the data, inside ${show(last.name)}, which ends at ${at}. ${CONVERT_AGAIN}`,
      );
    }
    if (begin > at) {
      throw bad(
        `bytes ${at} to ${begin} of the data, before tensor ${show(name)}, belong to no tensor. ${CONVERT_AGAIN}`,
      );
    }
    last = tensor;
    at = begin + bytes;
  }
  if (at < dataBytes) {
    throw bad(
      `${dataBytes - at} bytes follow the last tensor, which the header does not know. ${CONVERT_AGAIN}`,
    );
  }
}
