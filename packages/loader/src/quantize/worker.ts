import { parentPort, workerData } from "node:worker_threads";
import { convertLines, type Lines } from "./convert-lines.ts";
import { loadRounding } from "./load-rounding.ts";

/** The whole program of a thread. */
const roundGroups = await loadRounding(workerData as string | undefined);
parentPort?.on("message", (lines: Lines) => {
  const converted = convertLines(lines, roundGroups);
  const buffers = Object.values(converted.parts).map(({ buffer }) => buffer as ArrayBuffer);
  parentPort!.postMessage(converted, [...new Set(buffers)]);
});
