import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openCheckpoint } from "@engine/loader";
import { ggufTokenizer, loadTokenizer, type Tokenizer } from "@engine/tokenizer";
import { misused } from "./usage.ts";

const USAGE = `Usage: node tools/bench/dist/tokenizer-memory.js TEXT FOLDER|FILE.gguf…
TEXT: a file to encode; FOLDER: has a tokenizer.json; FILE.gguf: has a vocabulary, which the library cannot read`;

/** What a process of its own measured: milliseconds, peaks of resident memory in MB, and tokens of the text. */
interface Measured {
  readonly loaded: number;
  readonly encoded: number;
  readonly loadMs: number;
  readonly encodeMs: number;
  readonly tokens: number;
}

const peak = (): number => (process.resourceUsage().maxRSS * 1024) / 1e6;

const isGguf = (path: string): boolean => path.endsWith(".gguf");

/** Of a tokenizer.json or a GGUF file. */
async function engineTokenizer(path: string): Promise<Tokenizer> {
  if (!isGguf(path)) return loadTokenizer(path);
  const { gguf } = await openCheckpoint(path);
  const tokenizer = gguf && (await ggufTokenizer(gguf.metadata, path));
  await gguf?.close();
  if (!tokenizer) throw new Error(`${path} has no vocabulary.`);
  return tokenizer;
}

async function measure(kind: string, folder: string, file: string): Promise<Measured> {
  const { Tokenizer: Library } = await import("@huggingface/tokenizers");
  const text = readFileSync(file, "utf8");
  const begin = performance.now();
  let encode = (_: string): readonly number[] => [];
  if (kind === "engine") {
    const tokenizer = await engineTokenizer(folder);
    encode = (part) => tokenizer.encode(part);
  } else if (kind === "library") {
    const json = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8")) as object;
    const tokenizer = new Library(json, {});
    encode = (part) => tokenizer.encode(part).ids;
  }
  const loadMs = performance.now() - begin;
  const loaded = peak();
  const start = performance.now();
  let tokens = 0;
  // Whole paragraphs: the library takes seconds for a long text without spaces to cut at.
  for (const part of text.split("\n\n")) tokens += encode(part).length;
  return { loaded, encoded: peak(), loadMs, encodeMs: performance.now() - start, tokens };
}

function inProcess(kind: string, folder: string, file: string): Measured {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...process.execArgv, fileURLToPath(import.meta.url), "--measure", kind, folder, file],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}

const [first, ...others] = process.argv.slice(2);
if (first === "--measure") {
  const [kind, folder, file] = others as [string, string, string];
  console.log(JSON.stringify(await measure(kind, folder, file)));
} else if (first === undefined || others.length === 0) {
  misused(USAGE);
} else {
  const bare = inProcess("none", others[0]!, first);
  console.log("MB above a process that loads none; one run each\n");
  console.log(
    "| tokenizer | by | loading, MB | ms | with the text encoded, MB | ms | tokens |\n|-|-|-|-|-|-|-|",
  );
  for (const folder of others) {
    for (const kind of isGguf(folder) ? ["engine"] : ["engine", "library"]) {
      const { loaded, encoded, loadMs, encodeMs, tokens } = inProcess(kind, folder, first);
      const cells = [loaded - bare.loaded, loadMs, encoded - bare.encoded, encodeMs].map((value) =>
        value.toFixed(0),
      );
      console.log(`| ${basename(folder)} | ${kind} | ${cells.join(" | ")} | ${tokens} |`);
    }
  }
}
