// The rows of x as a product wants them: as f32 with zeros behind the end, or rounded to int8 with a scale for each 32.
namespace engine::ENGINE_LEVEL {

// The nearest of 255 steps between -m and m, m the largest size of the 32. Any value that is no number makes the
// scale one.
inline void round_to_eight(const float* x, int32_t offset, Eight& to) {
  constexpr int kVectors = 32 / kLanes;
  V v[kVectors];
  I most = isplat(0);
#pragma GCC unroll 8
  for (int i = 0; i < kVectors; i++) {
    v[i] = load(x + i * kLanes);
    most = imax(most, bits(abs(v[i])));
  }
  const int32_t top = largest(most);
  float m;
  memcpy(&m, &top, 4);
  const bool none = m <= 1e-35f;
  const V steps = splat(none ? 0 : 127.0f / m);
  to.scale = none ? 0 : m / 127.0f;
  I half[2] = {isplat(0), isplat(0)};
#pragma GCC unroll 8
  for (int i = 0; i < kVectors; i++) {
    const I code = to_int(v[i] * steps);
    half[i * kLanes / 16] = half[i * kLanes / 16] + code;
    store_s8(to.codes + i * kLanes, code);
  }
  const int32_t sums[2] = {sum(half[0]), sum(half[1])};
  for (int h = 0; h < 2; h++) {
    to.starts[h] = -offset * sums[h];
    to.totals[h] = to.scale * (float)sums[h];
  }
  to.start = -offset * (sums[0] + sums[1]);
  to.total = to.scale * (float)(sums[0] + sums[1]);
}

inline const float* row_of_x(const QuantizedProduct& p, int64_t i) { return p.x + (p.order ? p.order[i] / p.shared : i) * p.depth; }
inline float* row_of_y(const QuantizedProduct& p, int64_t i) { return p.y + (p.order ? p.order[i] : i) * p.outputs; }

// Inputs k.begin … of a row, `to` of them, zeros behind k.end: every `step`-th of `into`.
inline void pad_row(const float* x, Range k, int64_t to, float* into, int step) {
  for (int64_t i = 0; i < to; i++) into[i * step] = k.begin + i < k.end ? x[k.begin + i] : 0;
}

inline void round_row(const float* x, Range k, int64_t to, int32_t offset, Eight* into, int step) {
  for (int64_t i = 0; i < to; i += 32, into += step) {
    if (k.begin + i + 32 <= k.end) {
      round_to_eight(x + k.begin + i, offset, *into);
      continue;
    }
    float padded[32];
    pad_row(x, {k.begin + i, k.end}, 32, padded, 1);
    round_to_eight(padded, offset, *into);
  }
}

}  // namespace engine::ENGINE_LEVEL
