import { reference } from "@engine/backend-reference";
import { type Backend, type Device, Graph, type Node, type Op, type Program } from "@engine/core";
import { Trace } from "./trace.ts";

/** A backend that runs ops by their references, with each call counted and timed in `trace`. */
export function traced(inner: Backend, trace: Trace): Backend {
  return {
    api: 1,
    name: "traced",
    unavailable: () => inner.unavailable(),
    open: async (options) => tracedDevice(await inner.open(options), trace),
  };
}

/** The reference backend, traced into a trace of its own: what the "engine" field of package.json names. */
export const tracedReference: Backend = traced(reference, new Trace());

function tracedDevice(inner: Device, trace: Trace): Device {
  return {
    info: { ...inner.info, name: `traced, over ${inner.info.name}` },
    fused: inner.fused,
    supports: (call) => inner.supports(call),
    weights: (source, uses, residency, watch) => inner.weights(source, uses, residency, watch),
    weightBytes: (source, uses, residency) => inner.weightBytes(source, uses, residency),
    state: (program, size) => inner.state(program, size),
    plan: (program, weights, state) => inner.plan(tracedProgram(program, trace), weights, state),
    liveBytes: () => inner.liveBytes(),
    close: () => inner.close(),
  };
}

/** The program with each op replaced by one that keeps time. */
function tracedProgram(program: Program, trace: Trace): Program {
  const graph = new Graph();
  const images = new Map<Node, Node>();
  for (const node of program.graph.nodes) {
    const inputs = node.inputs.map((input) => images.get(input)!);
    const image: Node = { ...node, inputs, op: timed(node.op, trace) };
    graph.nodes.push(image);
    images.set(node, image);
  }
  for (const [name, node] of Object.entries(program.graph.outputs)) graph.outputs[name] = images.get(node)!;
  const offsets = new Map([...program.arena.offsets].map(([node, offset]) => [images.get(node)!, offset]));
  return { ...program, graph, arena: { ...program.arena, offsets } };
}

function timed(op: Op, trace: Trace): Op {
  const { reference: run } = op;
  if (!run) return op;
  return {
    ...op,
    reference(inputs, out, attrs, context) {
      const start = performance.now();
      run(inputs, out, attrs, context);
      trace.add(op.name, performance.now() - start);
    },
  };
}
