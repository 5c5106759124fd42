import { type Architecture, type Backend, EngineError } from "@engine/core";

/** The level of the contract in `@engine/core` that this engine speaks. */
const API = 1;

type Kind = "string" | "function" | "strings";

/** Throws `bad-plugin` unless the value is an architecture of this engine's api level. `where` is for the message. */
export function checkArchitecture(value: unknown, where: string): asserts value is Architecture {
  check(value, `${where}: the architecture`, {
    name: "string",
    modelTypes: "strings",
    classes: "strings",
    parse: "function",
    forward: "function",
    context: "function",
  });
}

/** The same for a backend. */
export function checkBackend(value: unknown, where: string): asserts value is Backend {
  check(value, `${where}: the backend`, { name: "string", unavailable: "function", open: "function" });
}

function check(value: unknown, what: string, members: Readonly<Record<string, Kind>>): void {
  const plugin = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const named = typeof plugin.name === "string" ? `${what} "${plugin.name}"` : `${what} without a name`;
  if (plugin.api !== API) {
    throw new EngineError(
      "bad-plugin",
      `${named} is made for api level ${plugin.api}, but this engine has level ${API}. Install versions that fit each other.`,
    );
  }
  const faults = Object.entries(members).flatMap(([key, kind]) => {
    if (key === "classes" && plugin[key] === undefined) return [];
    return isKind(plugin[key], kind) ? [] : [`${key} must be ${SHOWN[kind]}`];
  });
  if (faults.length > 0) throw new EngineError("bad-plugin", `${named} is incomplete: ${faults.join("; ")}.`);
}

const SHOWN: Readonly<Record<Kind, string>> = {
  string: "a text",
  function: "a function",
  strings: "a list of texts",
};

function isKind(value: unknown, kind: Kind): boolean {
  if (kind !== "strings") return typeof value === kind && value !== "";
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
