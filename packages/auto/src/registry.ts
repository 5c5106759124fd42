import { type Architecture, type ConfigReader, configReader, EngineError } from "@engine/core";
import { checkArchitecture } from "./check-plugin.ts";

/** An architecture, and the part of config.json it reads. */
export interface Resolved {
  readonly architecture: Architecture;
  readonly config: ConfigReader;
}

/** The model families at hand. Holds only what it is given; there is no global one. */
export class Registry {
  readonly #architectures: Architecture[] = [];

  /** Throws `bad-plugin` for a value of another api level, `duplicate-plugin` for a name or model type taken already. */
  constructor(architectures: readonly Architecture[] = []) {
    for (const architecture of architectures) this.register(architecture);
  }

  get architectures(): readonly Architecture[] {
    return this.#architectures;
  }

  /** Throws like the constructor. */
  register(architecture: Architecture): this {
    checkArchitecture(architecture, "Registry");
    for (const known of this.#architectures) {
      const shared =
        known.name === architecture.name
          ? `the name "${known.name}"`
          : known.modelTypes
              .filter((type) => architecture.modelTypes.includes(type))
              .map((type) => `model_type "${type}"`)[0];
      if (shared === undefined) continue;
      throw new EngineError(
        "duplicate-plugin",
        `Architecture "${architecture.name}" claims ${shared}, which "${known.name}" has already. Register only one of them.`,
      );
    }
    this.#architectures.push(architecture);
    return this;
  }

  /** A registry of its own with the same architectures. */
  copy(): Registry {
    return new Registry(this.#architectures);
  }

  /**
   * The architecture of a parsed config.json: by `model_type`, then by `text_config.model_type`, then by a class in
   * `architectures`. Throws `unknown-architecture` listing what there is.
   */
  resolve(config: unknown, where = "config.json"): Resolved {
    const found = this.find(config, where);
    if (found) return found;
    const { types, classes } = configNames(config, where);
    const asked = [
      ...types.map((type) => `model_type "${type}"`),
      ...classes.map((name) => `architecture "${name}"`),
    ];
    const known = this.#architectures.map(({ name, modelTypes }) => `${name} (${modelTypes.join(", ")})`);
    throw new EngineError(
      "unknown-architecture",
      `${where}: ${asked.join(", ") || "names no model_type and no architectures"}: no registered architecture reads it. Registered: ${known.join(", ") || "none"}. Add one with --plugin FILE, or install a package whose package.json has an "engine" field for it.`,
    );
  }

  /** Like `resolve`; undefined when nothing registered reads it. */
  find(config: unknown, where = "config.json"): Resolved | undefined {
    const reader = configReader(config, where);
    const text = textConfig(reader);
    for (const part of [reader, ...(text ? [text] : [])]) {
      const type = part.string("model_type", "");
      const architecture = this.#architectures.find(({ modelTypes }) => modelTypes.includes(type));
      if (architecture) return { architecture, config: part };
    }
    const { classes } = configNames(config, where);
    const architecture = this.#architectures.find((one) =>
      one.classes?.some((name) => classes.includes(name)),
    );
    return architecture && { architecture, config: reader };
  }
}

/** What a config.json calls its model. */
export function configNames(
  config: unknown,
  where: string,
): { readonly types: readonly string[]; readonly classes: readonly string[] } {
  const reader = configReader(config, where);
  const types = [reader, textConfig(reader)].map((part) => part?.string("model_type", "") ?? "");
  return { types: types.filter((type) => type !== ""), classes: reader.strings("architectures") ?? [] };
}

function textConfig(config: ConfigReader): ConfigReader | undefined {
  return config.section("text_config");
}
