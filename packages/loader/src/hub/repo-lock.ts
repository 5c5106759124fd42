import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { EngineError } from "@engine/core";
import { ioError } from "../io-error.ts";
import { pause } from "./transient.ts";

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once when another process has it and this one waits; without it `io-failed` is thrown instead. */
  readonly onWait?: (holder: string) => void;
  /** Milliseconds after which a holder that gave no sign of life counts as gone. */
  readonly stale?: number;
}

export interface RepoLock extends AsyncDisposable {
  /** Throws `io-failed` where another process has taken the lock, as after a long sleep of this machine. */
  check(): void;
}

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

/**
 * One process at a time writes to a model in the cache. The lock is a file that names its holder, who touches
 * it again and again; Node cannot ask the system for a lock. It saves work, and is not what keeps files
 * right: a blob gets its name only when its hash is right.
 */
export async function lockRepo(path: string, options: LockOptions): Promise<RepoLock> {
  const { stale = 30_000 } = options;
  const own: Holder = { token: randomUUID(), pid: process.pid, host: hostname() };
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw ioError(error, dirname(path));
  });
  let seen = { sign: "", since: 0 };
  let told = false;
  while (!(await create(path, own))) {
    const now = await lookAt(path);
    if (now === undefined) continue;
    if (now.sign !== seen.sign) seen = { sign: now.sign, since: performance.now() };
    // Not the file's time against ours: clocks of two machines differ.
    if (isDead(now.holder) || performance.now() - seen.since > stale) {
      await takeAway(path, now.text);
      continue;
    }
    if (!told) {
      told = true;
      const holder = now.holder ? `process ${now.holder.pid} on ${now.holder.host}` : "another process";
      if (!options.onWait) {
        throw new EngineError(
          "io-failed",
          `${path}: ${holder} is working on this model. Wait for it, or stop it.`,
        );
      }
      options.onWait(holder);
    }
    await pause(Math.min(500, stale / 4), options.signal);
  }
  return held(path, { own, stale });
}

function held(path: string, { own, stale }: { own: Holder; stale: number }): RepoLock {
  let lost = false;
  const beat = setInterval(async () => {
    const now = await lookAt(path).catch(() => undefined);
    if (now?.holder?.token !== own.token) lost = true;
    else await utimes(path, new Date(), new Date()).catch(() => {});
  }, stale / 6);
  beat.unref();
  return {
    check() {
      if (!lost) return;
      throw new EngineError(
        "io-failed",
        `${path}: another process took over this download while this one slept. Pull again.`,
      );
    },
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      const now = await lookAt(path).catch(() => undefined);
      if (now?.holder?.token === own.token) await rm(path, { force: true });
    },
  };
}

async function create(path: string, own: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(own), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw ioError(error, path);
  }
}

async function lookAt(path: string) {
  try {
    const [text, { mtimeMs }] = [await readFile(path, "utf8"), await stat(path)];
    return { text, sign: `${text} ${mtimeMs}`, holder: parse(text) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw ioError(error, path);
  }
}

function parse(text: string): Holder | undefined {
  try {
    const { token, pid, host } = JSON.parse(text) as Partial<Holder>;
    if (typeof token === "string" && Number.isInteger(pid) && typeof host === "string") {
      return { token, pid: pid!, host };
    }
  } catch {
    // Half written: the time without a sign of life decides.
  }
  return undefined;
}

function isDead(holder: Holder | undefined): boolean {
  if (holder?.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Removes a dead holder's lock, and never that of one who was faster: what is moved away is looked at again. */
async function takeAway(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== text) await link(aside, path).catch(() => {});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw ioError(error, path);
  } finally {
    await rm(aside, { force: true });
  }
}
