import { statfs } from "node:fs/promises";
import { EngineError } from "@engine/core";

const DOWNLOAD = {
  toDo: "are still to be downloaded",
  hint: "or set HF_HUB_CACHE to a folder on another disk",
};

/** Throws `io-failed` with both numbers where a folder's disk has less than `bytes` left. */
export async function requireSpace(
  folder: string,
  bytes: number,
  { toDo, hint }: { readonly toDo: string; readonly hint: string } = DOWNLOAD,
): Promise<void> {
  // Some network disks do not say; then the write itself will.
  const disk = await statfs(folder).catch(() => undefined);
  if (!disk || disk.blocks === 0) return;
  const free = disk.bavail * disk.bsize;
  if (free >= bytes) return;
  throw new EngineError(
    "io-failed",
    `${folder}: ${gib(bytes)} ${toDo}, but the disk has only ${gib(free)} left. Free ${gib(bytes - free)} (engine remove), ${hint}.`,
  );
}

function gib(bytes: number): string {
  const unit = bytes < 2 ** 30 ? { size: 2 ** 20, name: "MiB" } : { size: 2 ** 30, name: "GiB" };
  return `${(bytes / unit.size).toFixed(2)} ${unit.name}`;
}
