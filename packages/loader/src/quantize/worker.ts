import { parentPort } from "node:worker_threads";
import { convertLines, type Lines } from "./convert-lines.ts";

/** The whole program of a thread. */
parentPort?.on("message", (lines: Lines) => {
  const converted = convertLines(lines);
  const buffers = Object.values(converted.parts).map(({ buffer }) => buffer as ArrayBuffer);
  parentPort!.postMessage(converted, [...new Set(buffers)]);
});
