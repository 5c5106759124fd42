import type { PullProgress } from "@engine/loader";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { Stopped, stopper, unlessStopped } from "../stopper.ts";
import { isLive, paint } from "../terminal/paint.ts";
import { ProgressBar } from "../terminal/progress-bar.ts";
import { showBytes, showTimeLeft } from "../terminal/quantities.ts";

export interface PullFlags {
  readonly revision?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export async function pull(
  io: Io,
  { id, flags }: { readonly id: string; readonly flags: PullFlags },
): Promise<number> {
  const { hubCacheFolder, pullModel } = await import("@engine/loader");
  const { dim } = paint(io.stderr, io.env);
  using stop = stopper(io);
  using bar = new ProgressBar(io);
  const tellsFiles = flags.verbose === true || !isLive(io.stderr, io.env);
  const coming = new Set<string>();
  try {
    const { revision, include, exclude } = flags;
    const pulled = await unlessStopped(stop, () =>
      pullModel(id, {
        env: io.env,
        hubCache: hubCacheFolder(io.env),
        signal: stop.signal,
        onWait: (holder) =>
          void io.stderr.write(`${dim(`${holder} downloads this model; waiting for it`)}\n`),
        onProgress: (progress) => {
          if (tellsFiles) tellFinished(progress);
          bar.update(progress.done, progress.total, progressText(progress));
        },
        ...(revision !== undefined && { revision }),
        ...(include && { include }),
        ...(exclude && { exclude }),
      }),
    );
    bar.clear();
    if (flags.json) {
      io.stdout.write(`${JSON.stringify(pulled)}\n`);
      return EXIT.done;
    }
    const came = pulled.files.filter(({ wasHere }) => !wasHere);
    const news =
      came.length === 0
        ? "was here already"
        : `${came.length} of ${pulled.files.length} files, ${showBytes(came.reduce((sum, { bytes }) => sum + bytes, 0))} of ${showBytes(pulled.bytes)}, came now`;
    io.stdout.write(`${id} ${pulled.commit.slice(0, 12)}: ${news}.\n${pulled.folder}\n`);
    return EXIT.done;
  } catch (error) {
    bar.clear();
    if (error instanceof Stopped && error.reason !== "closed") {
      io.stderr.write("Stopped; what arrived is kept. The same command goes on from there.\n");
    }
    throw error;
  }

  function tellFinished({ files }: PullProgress): void {
    for (const { path, done, total } of files) {
      if (done < total) coming.add(path);
      else if (coming.delete(path)) {
        bar.clear();
        io.stderr.write(`${dim(`${path}: ${showBytes(total)}`)}\n`);
      }
    }
  }
}

/** 1.2 of 4.9 GiB, 34 MiB/s, 2 min left, model-00001-of-00004.safetensors 61 % and 3 more */
function progressText({ done, total, files, bytesPerSecond, secondsLeft }: PullProgress): string {
  const parts = [`${showBytes(done)} of ${showBytes(total)}`];
  if (bytesPerSecond > 0) parts.push(`${showBytes(bytesPerSecond)}/s`);
  if (secondsLeft !== undefined && done < total) parts.push(`${showTimeLeft(secondsLeft)} left`);
  const coming = files.filter((file) => file.done > 0 && file.done < file.total);
  const first = coming[0];
  if (first) {
    const more = coming.length > 1 ? ` and ${coming.length - 1} more` : "";
    parts.push(`${first.path} ${Math.floor((first.done / first.total) * 100)} %${more}`);
  }
  return parts.join(", ");
}
