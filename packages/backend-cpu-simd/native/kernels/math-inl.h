// Functions of vectors. An element's bits do not depend on its lane.
namespace engine::ENGINE_LEVEL {

// Nearest whole number, ties to even, for |x| < 2^22.
inline V nearest(V x) {
  const V magic = splat(12582912.0f);
  return (x + magic) - magic;
}

// e^x = 2^n · e^r with |r| ≤ ln 2 / 2; e^r by a polynomial whose coefficients are those of Cephes' expf
// (relative error below 2e-7). 2^n in two factors, so that results may be denormal.
inline V exp(V x) {
  const V clamped = min(splat(89.0f), max(splat(-104.0f), x));
  const V n = nearest(clamped * splat(1.44269504088896341f));
  V r = fma(n, splat(-0.693359375f), clamped);
  r = fma(n, splat(2.12194440e-4f), r);
  V p = splat(1.9875691500e-4f);
  p = fma(p, r, splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  p = fma(p * r, r, r) + splat(1.0f);
  const V half = floor(n * splat(0.5f));
  const V y = p * pow2(half) * pow2(n - half);
  return select(is_nan(x), x, select(greater(splat(-104.0f), x), zero(), y));
}

// The same for x ≤ 0, with 0 for what is below the least normal number: half the work.
inline V exp_below(V x) {
  const V clamped = max(splat(-87.0f), x);
  const V n = nearest(clamped * splat(1.44269504088896341f));
  V r = fma(n, splat(-0.693359375f), clamped);
  r = fma(n, splat(2.12194440e-4f), r);
  V p = splat(1.9875691500e-4f);
  p = fma(p, r, splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  return select(greater(splat(-87.0f), x), zero(), (fma(p * r, r, r) + splat(1.0f)) * pow2(n));
}

// Near 0 an odd polynomial (coefficients of Cephes' tanhf), else 1 - 2 / (e^2|x| + 1).
inline V tanh(V x) {
  const V size = abs(x), square = x * x;
  V p = splat(-5.70498872745e-3f);
  p = fma(p, square, splat(2.06390887954e-2f));
  p = fma(p, square, splat(-5.37397155531e-2f));
  p = fma(p, square, splat(1.33314422036e-1f));
  p = fma(p, square, splat(-3.33332819422e-1f));
  p = fma(p * square, x, x);
  const V far = splat(1.0f) - splat(2.0f) / (exp(size + size) + splat(1.0f));
  const V signed_far = select(greater(zero(), x), zero() - far, far);
  return select(is_nan(x), x, select(greater(splat(0.625f), size), p, signed_far));
}

// Exact to f32 by the C library's double functions: rarely used, and angles are large.
template <double F(double)>
inline V each(V x) {
  alignas(64) float lanes[kLanes];
  store(lanes, x);
  for (int i = 0; i < kLanes; i++) lanes[i] = (float)F((double)lanes[i]);
  return load(lanes);
}

inline V sigmoid(V x) { return splat(1.0f) / (exp(zero() - x) + splat(1.0f)); }
inline V silu(V x) { return x / (exp(zero() - x) + splat(1.0f)); }
inline V gelu_tanh(V x) {
  const V inner = (x + x * x * x * splat(0.044715f)) * splat(0.7978845608028654f);
  return x * splat(0.5f) * (tanh(inner) + splat(1.0f));
}

inline void exp_sum(const float* values, int64_t n, float* top, float* total) {
  V most = splat(-__builtin_inff());
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) most = max(most, load(values + i));
  if (i < n) most = max(most, load_or(values + i, (int)(n - i), most));
  *top = largest(most);
  *total = 0;
  if (!(*top > -__builtin_inff())) return;
  const V shift = splat(*top);
  V sums = zero();
  for (i = 0; i + kLanes <= n; i += kLanes) sums = sums + exp_below(load(values + i) - shift);
  if (i < n) sums = sums + exp_below(load_or(values + i, (int)(n - i), splat(-__builtin_inff())) - shift);
  *total = sum(sums);
}

}  // namespace engine::ENGINE_LEVEL
