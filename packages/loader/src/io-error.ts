import { EngineError } from "@engine/core";

/** An error of the file system as an EngineError which names the path, what went wrong and the next step. */
export function ioError(error: unknown, path: string): EngineError {
  const errno = (error as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";
  const [code, text] = explain(errno);
  return new EngineError(code, `${path}: ${text}`, { cause: error });
}

function explain(errno: string): [code: string, text: string] {
  switch (errno) {
    case "ENOENT":
    case "ENOTDIR":
      return ["missing-file", "no such file or folder. Check the path."];
    case "ELOOP":
      return ["missing-file", "its symbolic links lead in a circle. Download or copy the file again."];
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return ["io-failed", `access is denied (${errno}). Check the permissions of the file and its folder.`];
    case "EMFILE":
    case "ENFILE":
      return [
        "io-failed",
        `too many open files (${errno}). Raise the limit (ulimit -n) or close other models.`,
      ];
    case "ENOSPC":
    case "EDQUOT":
      return ["io-failed", `no space is left on the disk (${errno}). Free some, or write elsewhere.`];
    case "EISDIR":
      return ["io-failed", "a folder stands where a file is expected. Give the path of a file."];
    case "EIO":
      return [
        "io-failed",
        "the disk reports a read or write failure (EIO). Check it, and copy the file elsewhere.",
      ];
    default:
      return ["io-failed", `the file system reports ${errno}. Check the disk and the path.`];
  }
}
