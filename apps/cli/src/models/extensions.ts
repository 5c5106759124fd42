import type { PluginList, Registry } from "@engine/auto";
import type { Backend } from "@engine/core";
import { UsageError } from "../usage-error.ts";

/** What this command line can load and run on. */
export interface Extensions {
  /** The engine's own families and those of --plugin files. */
  readonly registry: Registry;
  /** The engine's own, fastest first, then those of --plugin files. */
  readonly backends: readonly Backend[];
  /** Where each that came from a --plugin file is from, by its name. */
  readonly files: ReadonlyMap<string, string>;
  /** Packages the application here depends on; their code has not run. */
  readonly plugins: PluginList;
}

/** Finds the plugins of the application in the working folder, and imports the files given. */
export async function extensions(files: readonly string[] = []): Promise<Extensions> {
  const engine = await import("@engine/engine");
  const registry = engine.registry();
  const backends = [...engine.backends()];
  const from = new Map<string, string>();
  for (const file of files) {
    const values = await engine.importPlugin(file);
    for (const architecture of values.architectures) registry.register(architecture);
    backends.push(...values.backends);
    for (const { name } of [...values.architectures, ...values.backends]) from.set(name, file);
  }
  return { registry, backends, files: from, plugins: await engine.listPlugins(process.cwd()) };
}

/** The backend that is asked for, imported when a package has it; all of the engine's own when none is asked for. */
export async function chooseBackends(
  { backends, files, plugins }: Extensions,
  name: string | undefined,
): Promise<Backend | readonly Backend[]> {
  if (name === undefined) return backends.filter((backend) => !files.has(backend.name));
  const found = backends.find((backend) => backend.name === name);
  if (found) return found;
  const plugin = plugins.plugins.find((one) => one.backends.some((entry) => entry.name === name));
  if (plugin) return (await import("@engine/engine")).importBackend(plugin, name);
  const installed = plugins.plugins.flatMap((one) => one.backends.map((entry) => entry.name));
  const known = [...backends.map((backend) => backend.name), ...installed].join(", ");
  throw new UsageError(`--backend ${name}: there is no such backend; there are: ${known}.`);
}
