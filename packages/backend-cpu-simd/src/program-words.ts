import {
  type Activations,
  type Dim,
  EngineError,
  elements,
  type Node,
  type Program,
  type WeightAttrs,
} from "@engine/core";
import { bytesInPanels } from "./blocks.ts";
import { STORED } from "./supports.ts";
import type { CpuWeights, Place } from "./weight-store.ts";

/** A program as the addon reads it (native/program.cc). */
export interface ProgramWords {
  /** Names of the ops that nodes refer to by number. */
  readonly ops: readonly string[];
  readonly words: Int32Array;
  /** [n, 8] of each weight node's rows: region, offset, bytes, type, segment, unit, table (or -1 each), first row in the table. */
  readonly places: Float64Array;
  /** [n, 8] of each weight in blocks (type 4 + n): code, panels, rows, first of them, depth, group; region and offset of the second part. */
  readonly blocks: Float64Array;
  readonly constants: Float32Array;
  readonly outputs: readonly string[];
}

const KIND: Readonly<Record<string, number>> = { weight: 1, input: 2, constant: 3, cache: 4 };
const TYPE: Readonly<Record<string, number>> = { f32: 0, f16: 1, bf16: 2, i32: 3 };
const SYMBOL: Readonly<Record<string, number>> = { tokens: -1, rows: -2 };
const ACTIVATION_CODES: Readonly<Record<Activations, number>> = { f32: 0, int8: 1, bf16: 2 };
const INPUTS = ["tokens", "positions", "extents"];
/** Codes from here on are places in `blocks`. */
const QUANTIZED = 4;
/** Places in the arena are multiples of this, and counted in it. */
const UNIT = 64;
const bits = new DataView(new ArrayBuffer(4));

export function encodeProgram(program: Program, weights: CpuWeights): ProgramWords {
  const { nodes, outputs } = program.graph;
  const { maxTokens, maxRows, maxSequences, activations } = program.options;
  const ops: string[] = [];
  const places: number[] = [];
  const blocks: number[] = [];
  const constants: number[] = [];
  const index = new Map(nodes.map((node, i) => [node, i]));
  const words = [maxTokens, maxRows, maxSequences, units(program.arena.bytes)];
  words.push(activations ? ACTIVATION_CODES[activations] : 0, nodes.length);

  // What an attribute block's "cache" holds: the index of a weight, constant, input or cache.
  const reference = (node: Node): number => {
    const { op, attrs } = node;
    if (op.source && op.name === "weight")
      return placed(attrs as unknown as WeightAttrs, weights, { places, blocks });
    if (op.source && op.name === "input") return INPUTS.indexOf(String(attrs.name));
    if (op.source && op.name === "constant") {
      const at = constants.length;
      for (const value of attrs.values as Float32Array) constants.push(value);
      return at;
    }
    if (!op.source && attrs.state !== undefined)
      return program.states.findIndex(({ name }) => name === String(attrs.state));
    if (op.source || attrs.cache === undefined) return 0;
    return program.caches.findIndex(({ name }) => name === String(attrs.cache));
  };

  for (const node of nodes) {
    const { op, inputs, shape, dtype, attrs } = node;
    if (!ops.includes(op.name)) ops.push(op.name);
    const offset = program.arena.offsets.get(node);
    words.push(op.source ? KIND[op.name]! : 0, ops.indexOf(op.name), op.view ? 1 : 0, typeCode(node));
    words.push(shape.length, ...shape.map(dimWord), offset === undefined ? -1 : units(offset));
    words.push(inputs.length, ...inputs.map((input) => index.get(input)!));
    words.push(
      number(attrs.axis),
      number(attrs.begin),
      number(attrs.end),
      number(attrs.window),
      reference(node),
    );
    words.push(
      attrs.interleaved ? 1 : 0,
      number(attrs.blocks),
      floatBits(number(attrs.eps)),
      floatBits(number(attrs.scale)),
      floatBits(number(attrs.cap)),
    );
    const slopes = (attrs.slopes ?? []) as readonly number[];
    words.push(constants.length, slopes.length);
    constants.push(...slopes);
    if (!op.source && dtype !== "f32" && dtype !== "i32") {
      throw new EngineError(
        "unsupported",
        `op "${op.name}" gives ${dtype}; the native CPU backend computes f32 and i32.`,
      );
    }
  }
  const names = Object.keys(outputs);
  words.push(names.length, ...names.map((name) => index.get(outputs[name]!)!), names.indexOf("logits"));
  return {
    ops,
    words: Int32Array.from(words),
    places: Float64Array.from(places),
    blocks: Float64Array.from(blocks),
    constants: Float32Array.from(constants),
    outputs: names,
  };
}

interface Places {
  readonly places: number[];
  readonly blocks: number[];
}

/** Adds where rows begin … end of the stored weight lie; its number. */
function placed({ name, type, shape, begin, end }: WeightAttrs, weights: CpuWeights, into: Places): number {
  const place = weights.place(name);
  const { use, region, offset, stream, table = -1 } = place;
  if (use.encoding.type !== type || String(use.encoding.shape) !== String(shape)) {
    const other = `${use.encoding.type} [${use.encoding.shape.join(", ")}]`;
    throw new EngineError(
      "bad-checkpoint",
      `weight "${name}": the program expects ${type} [${shape.join(", ")}], the store holds ${other}.`,
    );
  }
  const streamed = stream?.ranges.find((rows) => rows.begin === begin && rows.end === end);
  const { code, rowBytes, bytes } = place.blocks
    ? placedBlocks(place.blocks, { shape, begin, end, alone: streamed !== undefined }, into.blocks)
    : placedFloats(place.type, shape, end - begin);
  if (stream && streamed)
    into.places.push(stream.region, streamed.offset, bytes, code, streamed.segment, streamed.unit);
  else into.places.push(region, offset + begin * rowBytes, bytes, code, -1, -1);
  into.places.push(table, begin);
  return into.places.length / 8 - 1;
}

interface Placed {
  readonly code: number;
  /** Bytes from a row of axis 0 to the next; 0 where they lie in panels. */
  readonly rowBytes: number;
  readonly bytes: number;
}

function placedFloats(type: string, shape: readonly number[], rows: number): Placed {
  const stored = STORED[type]!;
  const rowBytes = elements(shape.slice(1)) * stored.bytes;
  return { code: stored.code, rowBytes, bytes: rows * rowBytes };
}

interface BlocksRows {
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
  /** These rows came by themselves: their panels are no part of a larger weight's. */
  readonly alone: boolean;
}

/** Panels are handed over as a whole, with the first row that is wanted; stored rows from that one on. */
function placedBlocks(
  { layout, panels, second }: NonNullable<Place["blocks"]>,
  { shape, begin, end, alone }: BlocksRows,
  blocks: number[],
): Placed {
  const { code, depth, group, rows, parts } = layout;
  const inner = elements(shape.slice(1, -1));
  const wanted = (end - begin) * inner;
  const [count, first] = panels && !alone ? [rows, begin * inner] : [wanted, 0];
  const other = second ? second.offset + begin * inner * parts[1]!.rowBytes : 0;
  blocks.push(code, panels ? 1 : 0, count, first, depth, group, second?.region ?? 0, other);
  const rowBytes = panels ? 0 : inner * parts[0]!.rowBytes;
  const bytes = panels ? bytesInPanels({ ...layout, rows: count }) : wanted * parts[0]!.rowBytes;
  return { code: QUANTIZED + blocks.length / 8 - 1, rowBytes, bytes };
}

function typeCode({ dtype, op }: Node): number {
  const code = TYPE[dtype];
  if (code === undefined)
    throw new EngineError("unsupported", `${op.name}: the native CPU backend has no values of ${dtype}.`);
  return code;
}

function dimWord(dim: Dim): number {
  const word = typeof dim === "number" ? dim : SYMBOL[dim];
  if (word === undefined)
    throw new EngineError("unsupported", `The native CPU backend binds "tokens" and "rows", not "${dim}".`);
  return word;
}

function units(bytes: number): number {
  return Math.ceil(bytes / UNIT);
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function floatBits(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}
