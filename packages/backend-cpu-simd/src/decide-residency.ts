import { freemem } from "node:os";
import type { Residency, WeightBytes, WeightSource, WeightUse } from "@engine/core";
import { bytesInPanels } from "./blocks.ts";
import type { Native } from "./native.ts";
import { type StoredWeight, storedWeights } from "./stored-weight.ts";
import { LINE, roundUp } from "./stream-layout.ts";
import { chooseStreamed, type StreamChoice } from "./weight-stream.ts";

export interface ResidencyOptions {
  readonly source: WeightSource;
  readonly uses: readonly WeightUse[];
  readonly residency: Residency;
}

/** Which weights live where. */
export interface ResidencyDecision {
  readonly mapped: readonly StoredWeight[];
  readonly copied: readonly StoredWeight[];
  readonly streaming?: StreamChoice<StoredWeight>;
}

/** "auto" copies weights into memory while they take at most this part of what is free. */
const AUTO_SHARE = 0.6;
/** Streamed weights go through the system's page cache while it can hold them: up to this part of what is free. */
const CACHED_SHARE = 0.5;

/** Which weights stay in their files. Tables that are only looked up in do, unless "resident" is asked for. */
export function decideResidency(
  native: Native,
  { source, uses, residency }: ResidencyOptions,
): ResidencyDecision {
  const all = storedWeights(native, source, uses);
  const divide = (
    inPlace: (stored: StoredWeight) => boolean,
  ): { mapped: StoredWeight[]; copied: StoredWeight[] } => {
    const mapped = all.filter((stored) => stored.extent !== undefined && inPlace(stored));
    return { mapped, copied: all.filter((stored) => !mapped.includes(stored)) };
  };
  const isTable = ({ use }: StoredWeight): boolean => use.access === "rows";
  if (typeof residency === "object") {
    const { budget, io, reader } = residency.stream;
    const streaming = chooseStreamed(all, { budget, io, reader, cacheable: CACHED_SHARE * freemem() });
    return { mapped: [], copied: streaming.kept, streaming };
  }
  const whole = all.reduce((sum, { use, bytes }) => sum + (use.access === "whole" ? bytes : 0), 0);
  const fits = whole <= AUTO_SHARE * freemem();
  return divide((stored) => residency === "mapped" || (residency === "auto" && (isTable(stored) || !fits)));
}

/** What a decision takes. */
export function weightBytes({ mapped, copied, streaming }: ResidencyDecision): WeightBytes {
  const sum = (all: Iterable<StoredWeight>): number =>
    Array.from(all, ({ bytes }) => bytes).reduce((a, b) => a + b, 0);
  const resident = roomOf(copied);
  if (!streaming) return { resident, mapped: sum(mapped), streamed: 0 };
  const { ring, experts, tables, staging } = streaming;
  const rows = Array.from(tables.values(), ({ bytes }) => bytes).reduce((a, b) => a + b, 0);
  const streamed = new Set([...ring.rows.keys(), ...(experts?.rows.keys() ?? []), ...tables.keys()]);
  return {
    resident: resident + ring.bytes + ring.windowBytes + (experts?.bytes ?? 0) + rows + staging,
    mapped: 0,
    streamed: sum(streamed),
  };
}

/** Memory of copied weights, in the layout they have there. */
export function roomOf(copied: readonly StoredWeight[]): number {
  return copied.reduce((sum, one) => sum + roomOfOne(one), 0);
}

/** Whole lines. */
export function roomOfOne({ bytes, blocks }: StoredWeight): number {
  return roundUp(blocks ? bytesInPanels(blocks) : bytes, LINE);
}
