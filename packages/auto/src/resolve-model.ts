import {
  type Architecture,
  type ConfigReader,
  EngineError,
  type GgufFacts,
  type WeightSource,
} from "@engine/core";
import { type Checkpoint, ggufFacts, readGgufAs } from "@engine/loader";
import { findArchitecture } from "./find-architecture.ts";
import { importArchitecture } from "./import-plugin.ts";
import type { PluginList } from "./list-plugins.ts";
import type { Registry } from "./registry.ts";

/** A checkpoint with the family that reads it. */
export interface ResolvedModel {
  readonly architecture: Architecture;
  readonly config: ConfigReader;
  /** config.json, or what a GGUF file's metadata come to. */
  readonly json: unknown;
  /** Weights under the names the family reads; closing it closes the checkpoint's files. */
  readonly source: WeightSource;
}

export interface Families {
  readonly registry: Registry;
  readonly plugins?: PluginList | undefined;
}

/**
 * Finds the family of an opened checkpoint: by config.json, or by a GGUF file's `general.architecture`. Throws
 * `unknown-architecture`, `duplicate-plugin`, `bad-plugin` or `bad-config`.
 */
export async function resolveModel(checkpoint: Checkpoint, families: Families): Promise<ResolvedModel> {
  const { gguf, config, configPath, source } = checkpoint;
  if (!gguf)
    return { ...(await findArchitecture(config, { ...families, where: configPath })), json: config, source };
  const file = ggufFacts(gguf);
  const architecture = await findGgufArchitecture(file, families, configPath);
  const { ignores = [], gguf: reading } = architecture;
  const all = [...ignores, ...(reading!.ignores?.(file) ?? [])];
  return { architecture: { ...architecture, ignores: all }, ...(await readGgufAs(reading!, gguf)) };
}

async function findGgufArchitecture(
  file: GgufFacts,
  { registry, plugins }: Families,
  where: string,
): Promise<Architecture> {
  const reads = ({ gguf }: Pick<Architecture, "gguf">): boolean =>
    gguf?.architectures.includes(file.name) === true && (gguf.reads?.(file) ?? true);
  const registered = registry.architectures.find(reads);
  if (registered) return registered;
  const offers = plugins?.plugins.flatMap((plugin) =>
    plugin.architectures.filter(({ gguf }) => gguf.includes(file.name)).map(({ name }) => ({ plugin, name })),
  );
  for (const { plugin, name } of offers ?? []) {
    const architecture = await importArchitecture(plugin, name);
    if (reads(architecture)) return architecture;
  }
  const known = registry.architectures.flatMap(({ gguf }) => gguf?.architectures ?? []);
  throw new EngineError(
    "unknown-architecture",
    `${where}: general.architecture is "${file.name}": no registered architecture reads it. Known in GGUF: ${[...new Set(known)].join(", ") || "none"}. Add one with --plugin FILE, or install a package whose package.json has an "engine" field for it.`,
  );
}
