import { EngineError } from "@engine/core";
import { isWhole } from "./safetensors-dtype.ts";
import { show } from "./show.ts";

/** Throws `bad-option` unless the [offset, bytes] pairs lie in a part of `bytes` bytes and fit into `room`. */
export function checkRanges(name: string, ranges: Float64Array, bytes: number, room: number): void {
  const bad = (text: string) => new EngineError("bad-option", `reading weight ${show(name)}: ${text}`);
  if (ranges.length % 2 !== 0) throw bad(`${ranges.length} numbers are no list of [offset, bytes] pairs.`);
  let total = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const [offset, length] = [ranges[i], ranges[i + 1]];
    if (!isWhole(offset) || !isWhole(length) || offset + length > bytes) {
      throw bad(`range [${offset}, ${length}] does not lie in its ${bytes} bytes.`);
    }
    total += length;
  }
  if (total > room) throw bad(`the ranges hold ${total} bytes, but the target only ${room}.`);
}

/** Ranges that follow each other become one read. */
export function* mergedRanges(ranges: Float64Array): Generator<readonly [offset: number, bytes: number]> {
  let [offset, bytes] = [0, 0];
  for (let i = 0; i < ranges.length; i += 2) {
    const [nextOffset, nextBytes] = [ranges[i]!, ranges[i + 1]!];
    if (nextOffset !== offset + bytes) {
      if (bytes > 0) yield [offset, bytes];
      [offset, bytes] = [nextOffset, 0];
    }
    bytes += nextBytes;
  }
  if (bytes > 0) yield [offset, bytes];
}
