import { EngineError } from "@engine/core";
import { show } from "../show.ts";

/** Device names of Windows, which are no files whatever their ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Whether a name from the hub stays inside the folder it is joined to, on every system: relative, "/" between
 * parts, no part empty, "." or "..", and nothing that Windows or a terminal would read as something else.
 */
export function isSafePath(path: string): boolean {
  if (path.length > 1024 || !isPlainText(path) || /[\\:*?"<>|]/.test(path)) return false;
  return path
    .split("/")
    .every((part) => part !== "" && !/^\.+$/.test(part) && !/[. ]$/.test(part) && !DEVICE.test(part));
}

function isPlainText(text: string): boolean {
  return !/\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/u.test(text);
}

export function requireSafePath(path: string, id: string): void {
  if (isSafePath(path)) return;
  throw new EngineError(
    "unsupported",
    `${id}: a file is called ${show(path)}, which could be written outside the cache or mean something else on another system. Nothing was written for it; leave it out with --exclude, or tell the owner.`,
  );
}
