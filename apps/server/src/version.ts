import { readFileSync } from "node:fs";

let read: string | undefined;

/** The version of this package. */
export function version(): string {
  const path = new URL("../package.json", import.meta.url);
  read ??= (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  return read;
}
