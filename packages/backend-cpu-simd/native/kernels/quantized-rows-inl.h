// The rows of x as a product wants them: as f32 with zeros behind the end, or rounded to int8 with a scale for each 32.
namespace engine::ENGINE_LEVEL {

// Runs that are rounded side by side: one alone is mostly sums across lanes.
constexpr int kFour = 4;

// Each of four runs of 32: the nearest of 255 steps between -m and m, m the largest size of the 32. Any value that is no
// number makes the scale one. Every `step`-th of `to`.
inline void round_four(const float* x, int32_t offset, Eight* to, int step) {
  constexpr int kVectors = 32 / kLanes;
  V v[kFour][kVectors];
  I most[kFour], half[2][kFour];
  int32_t top[kFour], sums[2][kFour];
  float steps[kFour];
#pragma GCC unroll 4
  for (int n = 0; n < kFour; n++) {
    most[n] = isplat(0);
#pragma GCC unroll 8
    for (int i = 0; i < kVectors; i++) {
      v[n][i] = load(x + 32 * n + i * kLanes);
      most[n] = imax(most[n], bits(abs(v[n][i])));
    }
  }
  four_largest(most, top);
#pragma GCC unroll 4
  for (int n = 0; n < kFour; n++) {
    float m;
    memcpy(&m, &top[n], 4);
    const bool none = m <= 1e-35f;
    steps[n] = none ? 0 : 127.0f / m;
    to[n * step].scale = none ? 0 : m / 127.0f;
  }
#pragma GCC unroll 4
  for (int n = 0; n < kFour; n++) {
    half[0][n] = half[1][n] = isplat(0);
#pragma GCC unroll 8
    for (int i = 0; i < kVectors; i++) {
      const I code = to_int(v[n][i] * splat(steps[n]));
      half[i * kLanes / 16][n] = half[i * kLanes / 16][n] + code;
      store_s8(to[n * step].codes + i * kLanes, code);
    }
  }
  four_sums(half[0], sums[0]);
  four_sums(half[1], sums[1]);
#pragma GCC unroll 4
  for (int n = 0; n < kFour; n++) {
    Eight& one = to[n * step];
    const int32_t front = sums[0][n], back = sums[1][n];
    one.starts[0] = -offset * front;
    one.starts[1] = -offset * back;
    one.start = -offset * (front + back);
    one.totals[0] = one.scale * (float)front;
    one.totals[1] = one.scale * (float)back;
    one.total = one.scale * (float)(front + back);
  }
}

inline const float* row_of_x(const QuantizedProduct& p, int64_t i) { return p.x + (p.order ? p.order[i] / p.shared : i) * p.depth; }
inline float* row_of_y(const QuantizedProduct& p, int64_t i) { return p.y + (p.order ? p.order[i] : i) * p.outputs; }

// Inputs k.begin … of a row, `to` of them, zeros behind k.end: every `step`-th of `into`.
inline void pad_row(const float* x, Range k, int64_t to, float* into, int step) {
  for (int64_t i = 0; i < to; i++) into[i * step] = k.begin + i < k.end ? x[k.begin + i] : 0;
}

inline void round_row(const float* x, Range k, int64_t to, int32_t offset, Eight* into, int step) {
  for (int64_t i = 0; i < to; i += 32 * kFour, into += kFour * step) {
    if (i + 32 * kFour <= to && k.begin + i + 32 * kFour <= k.end) {
      round_four(x + k.begin + i, offset, into, step);
      continue;
    }
    float padded[32 * kFour];
    Eight some[kFour];
    pad_row(x, {k.begin + i, k.end}, 32 * kFour, padded, 1);
    round_four(padded, offset, some, 1);
    for (int n = 0; n < kFour && i + 32 * n < to; n++) into[n * step] = some[n];
  }
}

}  // namespace engine::ENGINE_LEVEL
