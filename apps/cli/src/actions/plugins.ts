import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { type Extensions, extensions } from "../models/extensions.ts";
import { paint } from "../terminal/paint.ts";
import { table } from "../terminal/table.ts";

export interface PluginsFlags {
  readonly plugin?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

interface ArchitectureRow {
  readonly name: string;
  readonly api: number;
  readonly modelTypes: readonly string[];
  readonly from: string;
}

interface BackendRow {
  readonly name: string;
  readonly api: number;
  /** Absent for a package's backend: its code runs only when it is asked for. */
  readonly available?: boolean;
  /** Why it is not available. */
  readonly reason?: string;
  readonly from: string;
}

const BUILT_IN = "@engine/engine";

export async function plugins(io: Io, flags: PluginsFlags): Promise<number> {
  const found = await extensions(flags.plugin);
  const [architectures, backends] = [architectureRows(found), backendRows(found)];
  const { application, notes } = found.plugins;
  if (flags.json) {
    const report = { architectures, backends, ...(application && { application }), notes };
    io.stdout.write(`${JSON.stringify(report)}\n`);
    return EXIT.done;
  }
  const { bold, dim } = paint(io.stdout, io.env);
  const families = architectures.map(({ name, api, modelTypes, from }) => [
    name,
    String(api),
    modelTypes.join(", "),
    from,
  ]);
  const devices = backends.map((row) => [row.name, String(row.api), availability(row), row.from]);
  io.stdout.write(
    `${bold("Architectures")}\n${table([["name", "api", "model types", "from"], ...families])}\n` +
      `${bold("Backends")}\n${table([["name", "api", "available", "from"], ...devices])}\n` +
      `${dim(application ? `Packages were looked for in the dependencies of ${application}.` : "There is no package.json here or above, so no packages were looked for.")}\n`,
  );
  for (const note of notes) io.stderr.write(`note: ${note}\n`);
  return EXIT.done;
}

function architectureRows({
  registry,
  files,
  plugins: { plugins: packages },
}: Extensions): ArchitectureRow[] {
  const own = registry.architectures.map(({ name, api, modelTypes }) => ({
    name,
    api,
    modelTypes,
    from: files.get(name) ?? BUILT_IN,
  }));
  const installed = packages.flatMap(({ package: from, version, api, architectures }) =>
    architectures.map(({ name, modelTypes }) => ({ name, api, modelTypes, from: `${from} ${version}` })),
  );
  return [...own, ...installed];
}

function backendRows({ backends, files, plugins: { plugins: packages } }: Extensions): BackendRow[] {
  const own = backends.map((backend) => {
    const { name, api } = backend;
    const reason = backend.unavailable();
    const state = reason === undefined ? { available: true } : { available: false, reason };
    return { name, api, ...state, from: files.get(name) ?? BUILT_IN };
  });
  const installed = packages.flatMap(({ package: from, version, api, backends: entries }) =>
    entries.map(({ name }) => ({ name, api, from: `${from} ${version}` })),
  );
  return [...own, ...installed];
}

function availability({ available, reason }: BackendRow): string {
  if (available === undefined) return "asked when it is used";
  return available ? "yes" : `no: ${reason}`;
}
