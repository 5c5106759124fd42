import type { Architecture, Graph, WeightSource } from "@engine/core";

export interface UnreadWeights {
  /** Left aside on purpose, with the family's reason. */
  readonly ignored: readonly { readonly name: string; readonly reason: string }[];
  /** Held by the checkpoint, but neither read nor known to the family. */
  readonly unknown: readonly string[];
}

/** What the checkpoint holds beyond the weights the captured model reads. */
export function unreadWeights(
  architecture: Pick<Architecture, "ignores">,
  graph: Graph,
  source: Pick<WeightSource, "names">,
): UnreadWeights {
  const read = new Set(graph.nodes.filter(({ op }) => op.name === "weight").map(({ attrs }) => attrs.name));
  const ignored: { name: string; reason: string }[] = [];
  const unknown: string[] = [];
  for (const name of source.names()) {
    if (read.has(name)) continue;
    const rule = architecture.ignores?.find(({ names }) => names.test(name));
    if (rule) ignored.push({ name, reason: rule.reason });
    else unknown.push(name);
  }
  return { ignored, unknown };
}

/** One sentence for the user where something is unknown. */
export function unreadNote({ unknown }: UnreadWeights, family: string): readonly string[] {
  if (unknown.length === 0) return [];
  const examples = unknown
    .slice(0, 3)
    .map((name) => `"${name}"`)
    .join(", ");
  const more = unknown.length > 3 ? ` and ${unknown.length - 3} more` : "";
  return [
    `${unknown.length} tensors of the checkpoint are not read by the family "${family}": ${examples}${more}. Answers may be wrong if the model needs them.`,
  ];
}
