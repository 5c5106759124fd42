/**
 * What `activations: "int8"` means: for each 32 inputs in turn, whole steps of m / 127, m their largest size. In f32, so
 * that no value falls to another step than in a kernel.
 */
export function roundedToEight(x: Float32Array): Float32Array {
  const rounded = new Float32Array(x.length);
  for (let from = 0; from < x.length; from += 32) {
    const run = x.subarray(from, from + 32);
    const most = run.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const steps = Math.fround(127 / most);
    const scale = Math.fround(most / 127);
    run.forEach((value, i) => {
      rounded[from + i] = scale * nearestEven(Math.fround(value * steps));
    });
  }
  return rounded;
}

/** To the nearest whole number, ties to even. */
export function nearestEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
