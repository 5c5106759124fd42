import { randomUUID } from "node:crypto";
import { link, mkdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { ioError } from "../io-error.ts";

/**
 * Puts a blob at its path in a snapshot: as a relative symbolic link, else a hard link where the system allows
 * none, else the blob itself moves there. What stood at the path is replaced at once.
 */
export async function placeFile(
  blob: string,
  path: string,
  { symlinks }: { readonly symlinks: boolean },
): Promise<void> {
  const target = relative(dirname(path), blob);
  if (symlinks && (await readlink(path).catch(() => undefined)) === target) return;
  const aside = join(dirname(blob), `${basename(blob)}.${randomUUID()}.link`);
  try {
    await mkdir(dirname(path), { recursive: true });
    if (symlinks && (await succeeds(symlink(target, aside)))) await rename(aside, path);
    else if (await succeeds(link(blob, aside))) await rename(aside, path);
    else await rename(blob, path);
  } catch (error) {
    throw ioError(error, path);
  } finally {
    // Renaming one of two names of a file to the other leaves both.
    await rm(aside, { force: true });
  }
}

async function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
