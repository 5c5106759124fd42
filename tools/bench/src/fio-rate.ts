import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Ways to keep eight reads of 1 MiB on their way, past the page cache. */
export const ENGINES = {
  "psync, 8 threads": ["--ioengine=psync", "--numjobs=8", "--thread"],
  "libaio, 8 deep": ["--ioengine=libaio", "--iodepth=8"],
  "io_uring, 8 deep": ["--ioengine=io_uring", "--iodepth=8"],
} as const;
export type Engine = keyof typeof ENGINES;

/** Bytes a second that fio reads a file with, in order, for some seconds; undefined where fio or the engine is not there. */
export async function fioRate(path: string, engine: Engine, seconds = 3): Promise<number | undefined> {
  const jobs = engine.startsWith("psync") ? 8 : 1;
  const flags = [
    "--name=read",
    `--filename=${path}`,
    "--rw=read",
    "--bs=1M",
    "--direct=1",
    "--readonly",
    "--time_based",
    `--runtime=${seconds}`,
    ...(jobs > 1 ? ["--offset_increment=12%"] : []),
    "--group_reporting",
    "--output-format=json",
    ...ENGINES[engine],
  ];
  try {
    const { stdout } = await run("fio", flags, { maxBuffer: 2 ** 24 });
    const { jobs } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
      jobs: { read: { bw_bytes: number } }[];
    };
    return jobs[0]?.read.bw_bytes;
  } catch {
    return undefined;
  }
}
