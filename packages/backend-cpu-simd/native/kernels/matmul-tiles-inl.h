// y[r, o] = Σ_k x[r, k] · w[o, k] for float weights and rows that bf16 holds, by tiles: A is 16 outputs, B 16
// rows of x, 32 inputs deep. One row takes the same instructions in the same order as five hundred, so that a row's bits depend
// on nothing beside it. f16 meets tiles of f16 where the processor has them (ENGINE_F16_TILES), with x scaled by a power of
// two for each row; elsewhere an f16 is the sum of two bf16, exactly, as an f32 is of three.
namespace engine::ENGINE_LEVEL {

constexpr int kStep = 32;           // inputs of a tile product
constexpr int kStepsAtOnce = 8;     // that a stripe of weights is held for
constexpr int kStripe = 2 * kTileHeight;
constexpr int64_t kTiledRows = 96;  // of x that are held
constexpr int64_t kTile = kTileHeight * kTileBytes;

struct TiledProduct {
  const float* x;
  const void* w;
  float* y;
  const int32_t* order;  // as of a QuantizedProduct
  int64_t shared, rows, depth, outputs;
  int64_t steps() const { return (depth + kStep - 1) / kStep; }
  const float* row_of_x(int64_t i) const { return x + (order ? order[i] / shared : i) * depth; }
  float* row_of_y(int64_t i) const { return y + (order ? order[i] : i) * outputs; }
};

#if defined(ENGINE_F16_TILES)
template <class W>
constexpr bool kF16 = __is_same(W, F16);
#else
template <class W>
constexpr bool kF16 = false;
#endif
// Tiles that stand for 32 inputs of a weight.
template <class W>
constexpr int kTerms = sizeof(W) == 4 ? 3 : __is_same(W, F16) && !kF16<W> ? 2 : 1;

inline void transpose(__m512i (&rows)[16]) {
  __m512i a[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    a[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(a[i], a[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(a[i], a[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(a[i + 1], a[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(a[i + 1], a[i + 3]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 16; i += 8) {
#pragma GCC unroll 4
    for (int j = i; j < i + 4; j++) {
      a[j] = _mm512_shuffle_i32x4(rows[j], rows[j + 4], 0x88);
      a[j + 4] = _mm512_shuffle_i32x4(rows[j], rows[j + 4], 0xdd);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    rows[i] = _mm512_shuffle_i32x4(a[i], a[i + 8], 0x88);
    rows[i + 8] = _mm512_shuffle_i32x4(a[i], a[i + 8], 0xdd);
  }
}

// The power of two that brings a row's largest number near the largest of f16.
inline float scale_for_f16(const float* x, int64_t n) {
  V most = zero();
  for (int64_t i = 0; i < n; i += kLanes) most = max(most, abs(load(x + i, (int)(n - i < kLanes ? n - i : kLanes))));
  const float m = largest(most);
  int exponent;
  if (!(m > 0) || !(m <= 3.4e38f)) return 1;
  frexpf(m, &exponent);
  const int up = 15 - exponent;
  return ldexpf(1, up > 126 ? 126 : up);
}

// Tiles of B: a dword is two inputs of a row, a line 16 rows. Zeros behind the last input and row.
template <class W>
inline void hold_rows(const TiledProduct& p, int64_t row, int64_t rows, uint8_t* into, float* unscale) {
  for (int64_t g = 0; g < rows; g += kTileHeight) {
    float scale[kTileHeight];
    for (int r = 0; r < kTileHeight; r++) {
      scale[r] = kF16<W> && g + r < rows ? scale_for_f16(p.row_of_x(row + g + r), p.depth) : 1;
      unscale[g + r] = 1 / scale[r];
    }
    for (int64_t k = 0; k < p.depth; k += kStep, into += kTile) {
      __m512i lines[16];
      for (int r = 0; r < kTileHeight; r++) {
        alignas(64) uint16_t halves[kStep] = {};
        for (int64_t i = 0; g + r < rows && i < kStep && k + i < p.depth; i += kLanes) {
          const int n = (int)(p.depth - k - i < kLanes ? p.depth - k - i : kLanes);
          const V x = load(p.row_of_x(row + g + r) + k + i, n);
          if constexpr (kF16<W>) store((F16*)halves + i, x * splat(scale[r]), kLanes);
          else store((Bf16*)halves + i, x, kLanes);
        }
        lines[r] = _mm512_load_si512(halves);
      }
      transpose(lines);
      for (int i = 0; i < 16; i++) _mm512_store_si512(into + i * kTileBytes, lines[i]);
    }
  }
}

// Tiles of A: steps from `step` on of 16 outputs, `valid` of which exist, with zeros behind the last input. Terms of a step
// stand together.
template <class W>
inline void hold_weights(const TiledProduct& p, int64_t output, int64_t valid, int64_t step, int64_t steps, uint8_t* into) {
  for (int o = 0; o < kTileHeight; o++) {
    const W* w = (const W*)p.w + (output + o) * p.depth + step * kStep;
    for (int64_t s = 0; s < steps; s++) {
      uint8_t* const to = into + s * kTerms<W> * kTile + o * kTileBytes;
      const int64_t behind = p.depth - (step + s) * kStep;
      const int left = o >= valid ? 0 : behind < kStep ? (int)behind : kStep;
      if (left) prefetch((const char*)(w + s * kStep) + 1024);
      if constexpr (kTerms<W> == 1) {
        _mm512_store_si512(to, _mm512_maskz_loadu_epi16((__mmask32)((1ull << left) - 1), w + s * kStep));
        continue;
      }
      for (int i = 0; i < kStep; i += kLanes) {
        const int n = left - i < 0 ? 0 : left - i < kLanes ? left - i : kLanes;
        V rest = load(w + s * kStep + i, n);
        for (int term = 0; term < kTerms<W>; term++) {
          Bf16* const high = (Bf16*)(to + term * kTile) + i;
          store(high, rest, kLanes);
          rest = rest - load(high);
        }
      }
    }
  }
}

// One or two groups of rows against two tiles of outputs. Sums of earlier inputs wait in `sums`, [group][2][16 outputs][16].
template <class W, bool Two>
inline void add_steps(const uint8_t* w, const uint8_t* x, int64_t group, int64_t steps, bool first, float* sums) {
  constexpr int64_t kSums = kTileHeight * kTileHeight;
  const auto each = [&](auto body) __attribute__((always_inline)) {
    body(Int<0>{}), body(Int<2>{});
    if constexpr (Two) body(Int<1>{}), body(Int<3>{});
  };
  // C of tile i of outputs and group j is 2 i + j.
  const auto place = [&](int c) { return sums + ((c % 2) * 2 + c / 2) * kSums; };
  each([&](auto c) __attribute__((always_inline)) {
    constexpr int C = decltype(c)::value;
    if (first) tile_zero<C>();
    else tile_load<C>(place(C), kTileBytes);
  });
  constexpr int kAll = kTerms<W>;
  for (int64_t s = 0; s < steps; s++) {
    tile_load<6>(x + s * kTile, kTileBytes);
    if constexpr (Two) tile_load<7>(x + group + s * kTile, kTileBytes);
    for (int term = 0; term < kAll; term++) {
      const uint8_t* const from = w + (s * kAll + term) * kTile;
      tile_load<4>(from, kTileBytes);
      tile_load<5>(from + kStepsAtOnce * kAll * kTile, kTileBytes);
      const auto dot = [](auto c) __attribute__((always_inline)) {
        constexpr int C = decltype(c)::value, A = 4 + C / 2, B = 6 + C % 2;
        if constexpr (kF16<W>) tile_dot_f16<C, A, B>();
        else tile_dot_bf16<C, A, B>();
      };
      each(dot);
    }
  }
  each([&](auto c) __attribute__((always_inline)) { tile_store<decltype(c)::value>(place(decltype(c)::value), kTileBytes); });
}

// 16 outputs by 16 rows to rows of y.
inline void deliver(const TiledProduct& p, const float* sums, int64_t output, int64_t row, int64_t rows, const float* unscale) {
  __m512i lines[16];
  for (int i = 0; i < 16; i++) lines[i] = _mm512_loadu_si512(sums + i * kTileHeight);
  transpose(lines);
  const int64_t n = p.outputs - output < kTileHeight ? p.outputs - output : kTileHeight;
  for (int r = 0; r < rows && r < kTileHeight; r++) {
    store(p.row_of_y(row + r) + output, V{_mm512_castsi512_ps(lines[r])} * splat(unscale[r]), (int)n);
  }
}

template <class W>
void multiply_floats(const TiledProduct& p, const Share& share) {
  // Too few outputs to share: the rows are.
  const bool byRows = p.outputs < kStripe * share.threads;
  const Range outputs = byRows ? Range{0, p.outputs} : part(share, p.outputs, kStripe);
  const Range mine = byRows ? part(share, p.rows, kTileHeight) : Range{0, p.rows};
  if (mine.begin == mine.end || outputs.begin == outputs.end) return;
  for (int64_t r = mine.begin; p.depth == 0 && r < mine.end; r++) {
    for (int64_t o = outputs.begin; o < outputs.end; o++) p.row_of_y(r)[o] = 0;
  }
  if (p.depth == 0) return;
  uint8_t* const x = share.scratch;
  float* const sums = (float*)(x + kTiledRows * p.steps() * kTileBytes);
  alignas(64) uint8_t w[2 * kStepsAtOnce * kTerms<W> * kTile];
  alignas(64) float unscale[kTiledRows];
  const Tiles tiles(kTileBytes);
  const int64_t group = p.steps() * kTile;
  constexpr int64_t kSums = 2 * kTileHeight * kTileHeight;
  for (int64_t row = mine.begin; row < mine.end; row += kTiledRows) {
    const int64_t rows = mine.end - row < kTiledRows ? mine.end - row : kTiledRows;
    const int64_t groups = (rows + kTileHeight - 1) / kTileHeight;
    hold_rows<W>(p, row, rows, x, unscale);
    for (int64_t output = outputs.begin; output < outputs.end; output += kStripe) {
      const int64_t valid = p.outputs - output;
      for (int64_t step = 0; step < p.steps(); step += kStepsAtOnce) {
        const int64_t steps = p.steps() - step < kStepsAtOnce ? p.steps() - step : kStepsAtOnce;
        hold_weights<W>(p, output, valid, step, steps, w);
        hold_weights<W>(p, output + kTileHeight, valid - kTileHeight, step, steps, w + kStepsAtOnce * kTerms<W> * kTile);
        for (int64_t g = 0; g < groups; g += 2) {
          const uint8_t* const from = x + g * group + step * kTile;
          if (g + 1 < groups) add_steps<W, true>(w, from, group, steps, step == 0, sums + g * kSums);
          else add_steps<W, false>(w, from, group, steps, step == 0, sums + g * kSums);
        }
      }
      for (int64_t g = 0; g < groups; g++) {
        for (int64_t i = 0; i < 2 && output + i * kTileHeight < p.outputs; i++) {
          const int64_t at = g * kTileHeight;
          deliver(p, sums + g * kSums + i * kTileHeight * kTileHeight, output + i * kTileHeight, row + at, rows - at, unscale + at);
        }
      }
    }
  }
}

}  // namespace engine::ENGINE_LEVEL
