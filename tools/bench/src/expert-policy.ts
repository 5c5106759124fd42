/**
 * What part of the experts a token is routed to is in memory already, by the rule that chooses which frame is given up.
 * Simulated: layers, experts and choices of published mixtures, and three ways rows may be routed.
 */
const TOKENS = 60;
const SHAPES = [
  { name: "Mixtral 8x7B", layers: 32, experts: 8, used: 2 },
  { name: "Qwen3 30B-A3B", layers: 48, experts: 128, used: 8 },
] as const;
type Shape = (typeof SHAPES)[number];
const SHARES = [0.1, 0.25, 0.5, 0.75] as const;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every expert alike; some much liked in their layer (Zipf); or the last token's experts again, half of the time. */
const ROUTINGS = ["uniform", "skewed", "sticky"] as const;

/** Bundles in the order of use: [tokens][layers][used]. */
function trace({ layers, experts, used }: Shape, routing: (typeof ROUTINGS)[number]): number[][][] {
  const next = random(7);
  const weights = Array.from({ length: layers }, () => {
    const order = Array.from({ length: experts }, (_, e) => e).sort(() => next() - 0.5);
    return order.map((rank) => (routing === "skewed" ? 1 / (rank + 1) : 1));
  });
  let before: number[][] = [];
  return Array.from({ length: TOKENS }, () => {
    before = weights.map((own, layer) => {
      const chosen = new Set<number>();
      for (const old of before[layer] ?? []) if (routing === "sticky" && next() < 0.5) chosen.add(old);
      const total = own.reduce((sum, weight) => sum + weight, 0);
      while (chosen.size < used) {
        let at = next() * total;
        const e = own.findIndex((weight) => {
          at -= weight;
          return at < 0;
        });
        chosen.add(layer * experts + e);
      }
      return [...chosen];
    });
    return before;
  });
}

type Rule = { readonly name: string; readonly fading: number | undefined };
const RULES: readonly Rule[] = [
  { name: "least recently used", fading: undefined },
  ...[1, 0.98, 0.95, 0.9, 0.7].map((fading) => ({ name: `least used, fading ${fading}`, fading })),
];

/** As native/experts.cc does it. */
function hits(
  tokens: readonly (readonly number[][])[],
  shape: Shape,
  frames: number,
  { fading }: Rule,
): number {
  const held = new Map<number, { score: number; at: number; time: number }>();
  const known = new Map<number, { score: number; at: number; time: number }>();
  let [uses, found, time] = [0, 0, 0];
  tokens.forEach((layers, sweep) => {
    const counted = sweep >= tokens.length / 2;
    layers.forEach((bundles, layer) => {
      for (const bundle of bundles) {
        const one = known.get(bundle) ?? { score: 0, at: sweep, time: 0 };
        known.set(bundle, one);
        if (fading !== undefined) one.score = one.score * fading ** (sweep - one.at) + 1;
        one.at = sweep;
        one.time = ++time;
      }
      for (const bundle of bundles) {
        uses += counted ? 1 : 0;
        if (held.has(bundle)) {
          found += counted ? 1 : 0;
          continue;
        }
        if (held.size >= frames) {
          let worst = -1;
          let least = [Number.POSITIVE_INFINITY, 0];
          for (const [other, { score, at, time }] of held) {
            if (bundles.includes(other)) continue;
            const ahead = (Math.floor(other / shape.experts) - layer - 1 + 2 * shape.layers) % shape.layers;
            const value = fading === undefined ? [time, 0] : [score * fading ** (sweep - at), -ahead];
            if (value[0]! < least[0]! || (value[0] === least[0] && value[1]! < least[1]!))
              [worst, least] = [other, value];
          }
          held.delete(worst);
        }
        held.set(bundle, known.get(bundle)!);
      }
    });
  });
  return found / uses;
}

console.log(`| model | routing | rule | ${SHARES.map((share) => `${100 * share} % held`).join(" | ")} |`);
console.log(`|-|-|-|${SHARES.map(() => "-|").join("")}`);
for (const shape of SHAPES) {
  for (const routing of ROUTINGS) {
    const tokens = trace(shape, routing);
    for (const rule of RULES) {
      const cells = SHARES.map((share) => {
        const frames = Math.floor(share * shape.layers * shape.experts);
        return `${(100 * hits(tokens, shape, frames, rule)).toFixed(0)} %`;
      });
      console.log(`| ${shape.name} | ${routing} | ${rule.name} | ${cells.join(" | ")} |`);
    }
  }
}
