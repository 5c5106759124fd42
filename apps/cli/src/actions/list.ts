import type { CachedModel, CachedRevision } from "@engine/loader";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { paint } from "../terminal/paint.ts";
import { showBytes } from "../terminal/quantities.ts";
import { table } from "../terminal/table.ts";

export interface ListFlags {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export async function list(io: Io, { json }: ListFlags): Promise<number> {
  const { hubCacheFolder, listModels } = await import("@engine/loader");
  const hubCache = hubCacheFolder(io.env);
  const models = await listModels({ hubCache });
  if (json) {
    io.stdout.write(`${JSON.stringify({ cache: hubCache, models })}\n`);
    return EXIT.done;
  }
  const { dim } = paint(io.stdout, io.env);
  if (models.length === 0) {
    io.stdout.write(`No models in ${hubCache}. engine pull ORG/NAME downloads one.\n`);
    return EXIT.done;
  }
  const rows = models.flatMap((model) => rowsOf(model));
  const total = models.reduce((sum, { bytes, partialBytes }) => sum + bytes + partialBytes, 0);
  io.stdout.write(
    `${table([["model", "revision", "commit", "size", "files", ""], ...rows], { right: [3, 4] })}${dim(`${showBytes(total)} in ${hubCache}`)}\n`,
  );
  return EXIT.done;
}

function rowsOf({ id, revisions, partialBytes }: CachedModel): string[][] {
  const partial = partialBytes > 0 ? `, ${showBytes(partialBytes)} of a download that has not ended` : "";
  if (revisions.length === 0) return [[id, "", "", "", "", `incomplete: no files${partial}`]];
  return revisions.map((revision) => [
    id,
    revision.refs.join(", "),
    revision.commit.slice(0, 12),
    showBytes(revision.bytes),
    String(revision.files),
    `${state(revision)}${revision.missing.length > 0 || revisions.length === 1 ? partial : ""}`,
  ]);
}

function state({ missing }: CachedRevision): string {
  if (missing.length === 0) return "complete";
  const [first, ...rest] = missing;
  return `incomplete: no ${first}${rest.length > 0 ? ` and ${rest.length} more` : ""}`;
}
