import { basename, resolve } from "node:path";
import { processBytes } from "@engine/auto";
import type { GivenModel, RunningServer, ServeOptions } from "@engine/server";
import { EXIT, stoppedExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { chooseBackends, extensions } from "../models/extensions.ts";
import type { ModelFlags } from "../options/model-flags.ts";
import { residencyOptions } from "../options/residency-options.ts";
import { paint } from "../terminal/paint.ts";
import { showBytes } from "../terminal/quantities.ts";
import { UsageError } from "../usage-error.ts";

export interface ServeFlags extends ModelFlags {
  readonly host: string;
  readonly port: number;
  readonly apiKey?: string;
  readonly adminKey?: string;
  readonly insecure?: boolean;
  readonly cors?: readonly string[];
  readonly allowedHost?: readonly string[];
  readonly models?: readonly string[];
  readonly hub: boolean;
  readonly preload: boolean;
  readonly plainChat?: boolean;
  readonly keepAlive: string;
  readonly sessions?: number;
  readonly maxRequests: number;
  readonly maxBody: number;
  readonly drain: number;
}

export async function serve(
  io: Io,
  { models, flags }: { readonly models: readonly string[]; readonly flags: ServeFlags },
): Promise<number> {
  const given = await givenModels(io, models);
  const { serve: start } = await import("@engine/server");
  const server = await start(await serveOptions(io, given, flags));
  const ended = untilStopped(io, server);
  io.stdout.write(`${server.url}\n`);
  io.stderr.write(
    `${paint(io.stderr, io.env).dim(`Ctrl-C ends it. OpenAI's base URL is ${server.url}/v1`)}\n`,
  );
  // A model that was named and cannot be loaded: the server is not what was asked for.
  const failed = await Promise.race([
    ended.then(() => undefined),
    server.ready.then(
      () => undefined,
      (error: unknown) => ({ error }),
    ),
  ]);
  if (failed) {
    await server.close();
    throw failed.error;
  }
  return ended;
}

async function serveOptions(io: Io, models: readonly GivenModel[], flags: ServeFlags): Promise<ServeOptions> {
  const { hubCacheFolder } = await import("@engine/loader");
  const { parseKeepAlive } = await import("@engine/server");
  const found = await extensions(flags.plugin);
  const { kv, activations, threads, context, sessions } = flags;
  const { memoryBudget, ...residency } = residencyOptions(flags);
  const { dim, red } = paint(io.stderr, io.env);
  return {
    host: flags.host,
    port: flags.port,
    apiKey: flags.apiKey ?? io.env.ENGINE_API_KEY,
    adminKey: flags.adminKey ?? io.env.ENGINE_ADMIN_KEY,
    models,
    preload: flags.preload,
    plainChat: flags.plainChat === true,
    maxRequests: flags.maxRequests,
    ...(flags.models && { folders: flags.models }),
    hubCache: flags.hub && hubCacheFolder(io.env),
    allowedHosts: flags.allowedHost ?? [],
    cors: flags.cors ?? [],
    insecure: flags.insecure === true,
    maxBodyBytes: flags.maxBody,
    drainMs: flags.drain * 1000,
    keepAliveMs: parseKeepAlive(flags.keepAlive)!,
    ...(memoryBudget !== undefined && { memoryBudget: modelsBudget(memoryBudget) }),
    loading: {
      registry: found.registry,
      plugins: found.plugins,
      backend: await chooseBackends(found, flags.backend),
      ...(sessions !== undefined && { sessions }),
      ...(context !== undefined && { context }),
      ...residency,
      ...(kv && { kv }),
      ...(activations && { activations }),
      ...(threads !== undefined && { threads }),
    },
    log(level, line) {
      if (level !== "debug" || flags.verbose)
        io.stderr.write(`${level === "error" ? red(line) : dim(line)}\n`);
    },
  };
}

/** What a budget of the whole process leaves for models. */
function modelsBudget(budget: number): number {
  const own = processBytes();
  if (budget > own) return budget - own;
  throw new UsageError(
    `--memory-budget ${showBytes(budget)} is too small for any model: the server itself takes ${showBytes(own)}.`,
  );
}

/** The models of the command line, by the name clients call them. */
async function givenModels(io: Io, models: readonly string[]): Promise<GivenModel[]> {
  if (models.length === 0) {
    const { description, modelPath } = await import("@engine/model-demo");
    io.stderr.write(
      `${paint(io.stderr, io.env).dim(`No model given, so this is the demo model: ${description.summary}.`)}\n`,
    );
    return [{ id: "demo", path: modelPath, plainChat: true }];
  }
  const given = models.map(named);
  const twice = given.find(({ id }, index) => given.findIndex((one) => one.id === id) !== index);
  if (twice)
    throw new UsageError(`Two models would be called ${twice.id}; give one another name (NAME=MODEL).`);
  return given;
}

function named(text: string): { id: string; path: string } {
  const [, name, path] = /^([A-Za-z0-9][\w./:-]*)=(.+)$/.exec(text) ?? [];
  if (name && path) return { id: name, path };
  // A hub id is its own name; of a path it is the last part.
  const isPath = /^[./~\\]|\.[a-z]+$|[\\]/.test(text) || text.split("/").length !== 2;
  return {
    id: isPath ? basename(resolve(text)).replace(/\.(gguf|safetensors|task|litertlm)$/, "") : text,
    path: text,
  };
}

/** Settles with the exit code once a signal ended the server and it has let its answers end. */
function untilStopped(io: Io, server: RunningServer): Promise<number> {
  return new Promise((settle, reject) => {
    let stopping = false;
    const release = io.onStop((reason) => {
      if (reason === "closed") return;
      if (stopping) return io.exit(stoppedExitCode(reason));
      stopping = true;
      io.stderr.write("Ending: answers under way may finish; again to end at once.\n");
      server
        .close()
        .then(() => settle(EXIT.done), reject)
        .finally(release);
    });
  });
}
