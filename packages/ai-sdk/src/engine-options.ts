import type { CallOptions, Warning } from "./spec.ts";
import { PROVIDER } from "./spec.ts";

/** `providerOptions.engine`: what the AI SDK has no setting for. */
export interface EngineOptions {
  /** Only tokens at least this share as likely as the likeliest, 0 to 1. */
  readonly minP?: number;
  /** Divides or multiplies the logits of tokens that were there; 1 is off. */
  readonly repetitionPenalty?: number;
  /** Added to the logits of token ids. */
  readonly logitBias?: Readonly<Record<string, number>>;
  /** Asks the chat template for an answer with or without a thought. */
  readonly thinking?: boolean;
  /** Most tokens of thought. */
  readonly thoughtBudget?: number;
  /** Further variables of the chat template. */
  readonly templateVariables?: Readonly<Record<string, unknown>>;
}

const isNumber = (value: unknown) => typeof value === "number";
const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
const KINDS: Readonly<Record<keyof EngineOptions, readonly [string, (value: unknown) => boolean]>> = {
  minP: ["a number", isNumber],
  repetitionPenalty: ["a number", isNumber],
  logitBias: [
    "an object of numbers",
    (value) => isObject(value) && Object.values(value as object).every(isNumber),
  ],
  thinking: ["true or false", (value) => typeof value === "boolean"],
  thoughtBudget: ["a number", isNumber],
  templateVariables: ["an object", isObject],
};

/** The options of a call, and a warning for each that is unknown or of the wrong type. */
export function engineOptions({ providerOptions }: CallOptions): {
  readonly options: EngineOptions;
  readonly warnings: readonly Warning[];
} {
  const given = Object.entries(providerOptions?.[PROVIDER] ?? {}).filter(([, value]) => value !== undefined);
  const warnings = given.flatMap(([name, value]): Warning[] => {
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name as keyof EngineOptions] : undefined;
    if (kind?.[1](value)) return [];
    const details = kind ? `It takes ${kind[0]}.` : `There are ${Object.keys(KINDS).join(", ")}.`;
    return [{ type: "unsupported", feature: `providerOptions.${PROVIDER}.${name}`, details }];
  });
  const refused = new Set(warnings.map((warning) => "feature" in warning && warning.feature));
  const options = given.filter(([name]) => !refused.has(`providerOptions.${PROVIDER}.${name}`));
  return { options: Object.fromEntries(options), warnings };
}
