import { EngineError } from "@engine/core";
import { importArchitecture } from "./import-plugin.ts";
import type { PluginList } from "./list-plugins.ts";
import { configNames, Registry, type Resolved } from "./registry.ts";

/**
 * The architecture of a config.json: from the registry, else from the one installed plugin that says it reads it,
 * whose code is imported now. Throws `unknown-architecture`, `duplicate-plugin` or `bad-plugin`.
 */
export async function findArchitecture(
  config: unknown,
  options: { readonly registry: Registry; readonly plugins?: PluginList | undefined; readonly where: string },
): Promise<Resolved> {
  const { registry, plugins, where } = options;
  const found = registry.find(config, where);
  if (found || !plugins) return found ?? registry.resolve(config, where);
  const { types, classes } = configNames(config, where);
  const offers = plugins.plugins.flatMap((plugin) =>
    plugin.architectures
      .filter(
        (entry) =>
          entry.modelTypes.some((type) => types.includes(type)) ||
          entry.classes.some((name) => classes.includes(name)),
      )
      .map((entry) => ({ plugin, entry })),
  );
  const [offer, second] = offers;
  if (!offer) return registry.resolve(config, where);
  if (second) {
    throw new EngineError(
      "duplicate-plugin",
      `${where}: both ${offer.plugin.package} ("${offer.entry.name}") and ${second.plugin.package} ("${second.entry.name}") read it. Remove one of them from the dependencies.`,
    );
  }
  const architecture = await importArchitecture(offer.plugin, offer.entry.name);
  const resolved = new Registry([architecture]).find(config, where);
  if (resolved) return resolved;
  throw new EngineError(
    "bad-plugin",
    `${offer.plugin.package}: its package.json says that "${offer.entry.name}" reads ${[...types, ...classes].join(", ")}, but the architecture it exports reads ${architecture.modelTypes.join(", ")}.`,
  );
}
