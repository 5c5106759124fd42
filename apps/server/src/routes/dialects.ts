import type { Dialect } from "../http/route.ts";
import { anthropic } from "./anthropic/dialect.ts";
import { ollama } from "./ollama/dialect.ts";
import { openai } from "./openai/dialect.ts";

/** How errors are told at a path that has no route: as its neighbours do. */
export function dialectOf(path: string): Dialect {
  if (path.startsWith("/v1/messages")) return anthropic;
  return path.startsWith("/api/") ? ollama : openai;
}
