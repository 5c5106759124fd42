import { parentPort } from "node:worker_threads";
import { createMatches } from "./matches.ts";
import type { Question } from "./protocol.ts";

/** The whole program of a thread. Questions are answered one after the other. */
const { answer } = createMatches();
let turn: Promise<unknown> = Promise.resolve();
parentPort?.on("message", ({ id, question }: { readonly id: number; readonly question: Question }) => {
  turn = turn.then(async () => {
    const reply = await answer(question);
    const moved = "mask" in reply ? [reply.mask.buffer as ArrayBuffer] : [];
    parentPort!.postMessage({ id, reply }, moved);
  });
});
