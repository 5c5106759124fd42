import type { Removal } from "@engine/loader";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { confirm } from "../terminal/confirm.ts";
import { showBytes } from "../terminal/quantities.ts";
import { UsageError } from "../usage-error.ts";

export interface RemoveFlags {
  readonly revision?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export async function remove(
  io: Io,
  { id, flags }: { readonly id: string; readonly flags: RemoveFlags },
): Promise<number> {
  const { hubCacheFolder, planRemoval } = await import("@engine/loader");
  const { revision, yes, json } = flags;
  const hubCache = hubCacheFolder(io.env);
  const removal = await planRemoval(id, { hubCache, ...(revision !== undefined && { revision }) });
  const asks = io.stdin.isTTY === true && io.stdout.isTTY === true && !json;
  if (!yes && !asks) {
    throw new UsageError(`${what(removal)} frees ${showBytes(removal.bytes)}; --yes is needed to do it.`);
  }
  if (!yes && !(await confirm(io, `${what(removal)} frees ${showBytes(removal.bytes)}. Do it? [y/N] `))) {
    io.stdout.write("Nothing was removed.\n");
    return EXIT.failed;
  }
  await removal.run();
  const { commits, isWhole, bytes } = removal;
  io.stdout.write(
    json
      ? `${JSON.stringify({ id, commits, isWhole, bytes })}\n`
      : `${what(removal)} freed ${showBytes(bytes)}.\n`,
  );
  return EXIT.done;
}

function what({ id, commits, isWhole }: Removal): string {
  return isWhole
    ? `Removing ${id}, all of it,`
    : `Removing ${commits.map((commit) => commit.slice(0, 12)).join(", ")} of ${id}`;
}
