// The rows of x as a product wants them: as f32 with zeros behind the end, or rounded to int8 with a scale for each 32.
namespace engine::ENGINE_LEVEL {

constexpr int kParts = kPanel / kLanes;  // vectors that hold one value for each output of a panel

// 32 inputs of a row: x ≈ scale · codes.
struct alignas(64) Eight {
  int8_t codes[32];
  float scale;
  float total, totals[2];  // scale · Σ codes: of all, and of each 16
  int32_t sum, sums[2];    // Σ codes
  int32_t unused;
};
static_assert(sizeof(Eight) == 64);

// The nearest of 255 steps between -m and m, m the largest size of the 32. Any value that is no number makes the
// scale one.
inline void round_to_eight(const float* x, Eight& to) {
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
  for (int h = 0; h < 2; h++) {
    to.sums[h] = sum(half[h]);
    to.totals[h] = to.scale * (float)to.sums[h];
  }
  to.sum = to.sums[0] + to.sums[1];
  to.total = to.scale * (float)to.sum;
}

inline const float* row_of_x(const QuantizedProduct& p, int64_t i) { return p.x + (p.order ? p.order[i] / p.shared : i) * p.depth; }
inline float* row_of_y(const QuantizedProduct& p, int64_t i) { return p.y + (p.order ? p.order[i] : i) * p.outputs; }

// Up to `depth` padded to `to` elements.
inline void pad_row(const float* x, int64_t depth, int64_t to, float* into) {
  memcpy(into, x, sizeof(float) * depth);
  for (int64_t k = depth; k < to; k++) into[k] = 0;
}

inline void round_row(const float* x, int64_t depth, int64_t to, Eight* into) {
  const int64_t whole = depth / 32 * 32;
  for (int64_t k = 0; k < whole; k += 32) round_to_eight(x + k, into[k / 32]);
  for (int64_t k = whole; k < to; k += 32) {
    float padded[32];
    pad_row(x + (k < depth ? k : depth), k < depth ? depth - k : 0, 32, padded);
    round_to_eight(padded, into[k / 32]);
  }
}

}  // namespace engine::ENGINE_LEVEL
