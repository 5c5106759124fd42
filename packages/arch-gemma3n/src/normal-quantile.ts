/** Where the standard normal distribution reaches p, 0 < p < 1: bisection on its series, to double precision. */
export function normalQuantile(p: number): number {
  let [low, high] = [-10, 10];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The share of the standard normal distribution below x: 1/2 + φ(x) · (x + x³/3 + x⁵/(3·5) + …) */
export function normalCdf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 3; Math.abs(term) > 1e-18; n += 2) {
    term *= (x * x) / n;
    total += term;
  }
  return 0.5 + total * Math.exp((-x * x) / 2) * Math.sqrt(1 / (2 * Math.PI));
}
