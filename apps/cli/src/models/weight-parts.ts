import type { Architecture, Graph, Node } from "@engine/core";
import type { TensorFacts } from "./tensor-facts.ts";

/** What of a checkpoint belongs together, by how the model uses it. */
export interface WeightPart {
  readonly part: string;
  readonly tensors: number;
  readonly parameters: number;
  readonly bytes: number;
  /** How many tensors are stored in each way. */
  readonly types: Readonly<Record<string, number>>;
}

const ORDER = ["embeddings", "embeddings, also the head", "layers", "experts", "head", "other"];

/** Parameters and bytes of each part: those the model reads, then what it leaves aside, by the reason. */
export function weightParts(
  graph: Graph,
  tensors: readonly TensorFacts[],
  { ignores = [] }: Pick<Architecture, "ignores">,
): WeightPart[] {
  const readers = readersOf(graph);
  const parts = new Map<string, WeightPart>();
  for (const { name, type, shape, bytes } of tensors) {
    const why = ignores.find(({ names }) => names.test(name))?.reason ?? "unknown to the family";
    const used = readers.get(name);
    const part = used ? partOf(name, used, graph) : `not read: ${why}`;
    const known = parts.get(part) ?? { part, tensors: 0, parameters: 0, bytes: 0, types: {} };
    const count = shape.reduce((product, dim) => product * dim, 1);
    parts.set(part, {
      part,
      tensors: known.tensors + 1,
      parameters: known.parameters + count,
      bytes: known.bytes + bytes,
      types: { ...known.types, [type]: (known.types[type] ?? 0) + 1 },
    });
  }
  const read = ORDER.flatMap((name) => parts.get(name) ?? []);
  return [...read, ...[...parts.values()].filter((one) => !ORDER.includes(one.part))];
}

function readersOf(graph: Graph): ReadonlyMap<string, readonly Node[]> {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      if (input.op.name !== "weight") continue;
      const name = String(input.attrs.name);
      readers.set(name, [...(readers.get(name) ?? []), node]);
    }
  }
  return readers;
}

function partOf(name: string, readers: readonly Node[], graph: Graph): string {
  const vocab = graph.outputs.logits?.shape[1];
  const isHead = readers.some(
    ({ op, shape }) => op.name === "matmul" && shape[0] === "rows" && shape[1] === vocab,
  );
  const isTable = readers.some(({ op, inputs }) => op.name === "gather" && inputs[0]?.attrs.name === name);
  if (readers.some(({ op }) => op.name === "expert-matmul")) return "experts";
  if (/\.\d+\./.test(name)) return "layers";
  if (isTable) return isHead ? "embeddings, also the head" : "embeddings";
  return isHead ? "head" : "other";
}
