import type { QuantizeProgress, ShardedModel } from "@engine/loader";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { chooseBackends, extensions } from "../models/extensions.ts";
import { Stopped, stopper, unlessStopped } from "../stopper.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { progressText, showBytes, showDuration } from "../terminal/quantities.ts";

export interface ShardFlags {
  readonly deleteOriginal?: boolean;
  readonly plugin?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export async function shard(
  io: Io,
  {
    source,
    destination,
    flags,
  }: { readonly source: string; readonly destination: string; readonly flags: ShardFlags },
): Promise<number> {
  const { shardModel } = await import("@engine/loader");
  using stop = stopper(io);
  using bar = new ProgressBar(io);
  const start = performance.now();
  try {
    const result = await unlessStopped(stop, async () =>
      shardModel(source, destination, {
        order: await readingOrder(source, flags.plugin),
        deleteOriginal: flags.deleteOriginal,
        signal: stop.signal,
        onProgress: (progress: QuantizeProgress) =>
          bar.update(progress.done, progress.total, progressText(progress)),
      }),
    );
    bar.clear();
    const seconds = (performance.now() - start) / 1000;
    io.stdout.write(flags.json ? `${JSON.stringify({ ...result, seconds })}\n` : describe(result, seconds));
    return EXIT.done;
  } catch (error) {
    bar.clear();
    if (error instanceof Stopped && error.reason !== "closed") {
      io.stderr.write("Stopped; finished files are kept. The same command goes on from there.\n");
    }
    throw error;
  }
}

async function readingOrder(
  source: string,
  plugin: readonly string[] | undefined,
): Promise<readonly string[]> {
  const found = await extensions(plugin);
  const { planModel } = await import("@engine/engine");
  const { registry, plugins } = found;
  const backend = await chooseBackends(found, undefined);
  await using planner = await planModel(source, { registry, plugins, backend });
  return planner.order;
}

function describe({ folder, bytes, files, resumedBytes, deleted }: ShardedModel, seconds: number): string {
  const earlier = resumedBytes > 0 ? ` (${showBytes(resumedBytes)} came from an earlier run)` : "";
  const what = files === 1 ? "1 file" : `${files} files`;
  const gone = deleted.length > 0 ? `Deleted after that: ${deleted.join(", ")}\n` : "";
  return `${folder}: ${showBytes(bytes)} in ${what}, copied and verified in ${showDuration(seconds * 1000)}${earlier}\n${gone}`;
}
