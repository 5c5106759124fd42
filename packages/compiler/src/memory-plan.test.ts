import { bind, elements, Graph, input, type Node, philox, type Tensor } from "@engine/core";
import { expect, test } from "vitest";
import { planMemory, viewed } from "./memory-plan.ts";

const LARGEST = { tokens: 5, rows: 3 };

/** A graph of sums, products and views over values of several sizes, chosen by a seed. */
function randomGraph(seed: number): Graph {
  const graph = new Graph();
  let drawn = 0;
  const pick = (count: number): number => philox([seed, 0], [drawn++, 0, 0, 0])[0] % count;
  const widths = [4, 12, 20];
  const values = widths.map((width): Tensor[] => {
    const x = input(graph, `x${width}`, [seed % 2 ? "tokens" : "rows", width], "f32");
    return [x.mul(2)];
  });
  for (let i = 0; i < 60; i++) {
    const known = values[pick(widths.length)]!;
    const [a, b] = [known[pick(known.length)]!, known[known.length - 1 - pick(Math.min(3, known.length))]!];
    const made = [() => a.add(b), () => a.mul(b), () => b.mul(0.5 + i), () => a.heads(2).merge()][pick(4)]!();
    known.push(made);
    // Views that stay, and outputs in the middle.
    if (pick(5) === 0)
      known.push(
        made
          .heads(4)
          .mul(i + 1)
          .merge(),
      );
    if (pick(9) === 0) graph.outputs[`out${i}`] = made.node;
  }
  graph.outputs.last = values[0]!.at(-1)!.node;
  return graph;
}

const bytesOfNode = (node: Node): number => elements(bind(node.shape, LARGEST)) * 4;

/** Index of the last node that reads the value or a view of it; outputs are read after the run. */
function lastRead(graph: Graph, owner: Node): number {
  if (Object.values(graph.outputs).some((node) => viewed(node) === owner)) return Number.POSITIVE_INFINITY;
  return graph.nodes.findLastIndex(({ inputs }) => inputs.some((node) => viewed(node) === owner));
}

test.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
  "graph %i: no two live values share a byte",
  (seed) => {
    const graph = randomGraph(seed);
    const { offsets, bytes } = planMemory(graph, LARGEST);
    const owners = graph.nodes.filter((node) => offsets.has(node) && viewed(node) === node);
    expect(owners.length).toBeGreaterThan(20);
    for (const [i, a] of owners.entries()) {
      const from = offsets.get(a)!;
      expect(from % 64).toBe(0);
      expect(from + bytesOfNode(a)).toBeLessThanOrEqual(bytes);
      for (const b of owners.slice(i + 1)) {
        const apart = from + bytesOfNode(a) <= offsets.get(b)! || offsets.get(b)! + bytesOfNode(b) <= from;
        // b is written at its index; a must be dead by then, or elsewhere.
        if (!apart && lastRead(graph, a) >= graph.nodes.indexOf(b)) {
          expect.fail(`nodes ${a.id} and ${b.id} share bytes while both live`);
        }
      }
    }
    for (const node of graph.nodes) {
      if (!node.op.source && offsets.has(viewed(node)))
        expect(offsets.get(node)).toBe(offsets.get(viewed(node)));
    }
  },
);

test("places are used again", () => {
  const graph = new Graph();
  let x: Tensor = input(graph, "x", ["tokens", 16], "f32").mul(1.5);
  for (let i = 0; i < 30; i++) x = x.mul(i + 2);
  graph.outputs.y = x.node;
  // A value and the one made from it: 5 · 16 · 4 bytes each.
  expect(planMemory(graph, LARGEST).bytes).toBe(2 * 320);
});

test("a view of an input has no place", () => {
  const graph = new Graph();
  const view = input(graph, "x", ["tokens", 16], "f32").heads(4);
  graph.outputs.y = view.mul(2).node;
  expect(planMemory(graph, LARGEST).offsets.has(view.node)).toBe(false);
});
