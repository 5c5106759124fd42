// Products of quantized weights by tiles of 16 rows and 16 outputs. A run of 32 inputs is one tile product (two where 16
// inputs share a scale), so that its sum meets the same scale in the same order as in quantized-add-inl.h: with int8
// activations the bits are those of every other way to multiply. Activations in bf16 meet the codes as bf16, exactly.
namespace engine::ENGINE_LEVEL {

static_assert(kPanel == kLanes && kPanel == kTileHeight);

// x rounded to int8, and codes as signed bytes.
struct Int8Tiles {
  using Dot = int32_t;
  static constexpr int kSize = 1;
  // Bytes of a run of a group of 16 rows: a tile of A begins each.
  static constexpr int64_t kRunBytes = kTileHeight * sizeof(Eight);
  static constexpr int64_t kCodeBytes = 512;  // of a run of a panel: tiles of B
  static void hold(const float* x, Range k, int64_t to, uint8_t* group, int r) { round_row(x, k, to, 0, (Eight*)group + r, kTileHeight); }
  static const uint8_t* codes(const Layout& t, Int8Tile& tile, int runs, uint8_t*) {
    const __m512i zero = _mm512_set1_epi8((char)t.codeZero);
    for (int i = 0; t.codeZero && i < 8 * runs; i++) {
      uint8_t* at = tile.codes[0][i];
      _mm512_store_si512(at, _mm512_sub_epi8(_mm512_load_si512(at), zero));
    }
    return tile.codes[0][0];
  }
  template <int C, int A, int B>
  static void dot() {
    tile_dot_s8<C, A, B>();
  }
  static V number(const Dot* dots) { return to_float(iload(dots)); }
  static V scaled(V scale, const uint8_t* run, int r) { return scale * splat(((const Eight*)run)[r].scale); }
  static float total(const uint8_t* run, int r, int half, bool two) {
    const Eight& x = ((const Eight*)run)[r];
    return two ? x.totals[half] : x.total;
  }
};

// x as bf16, followed by sums of x for each row: of all 32, and of each 16. Codes as bf16.
struct Bf16Tiles {
  using Dot = float;
  static constexpr int kSize = 2;
  static constexpr int64_t kRunBytes = kTileHeight * (kTileBytes + 3 * sizeof(float));
  static constexpr int64_t kCodeBytes = 1024;
  static void hold(const float* x, Range k, int64_t to, uint8_t* group, int r) {
    for (int64_t i = 0; i < to; i += 32, group += kRunBytes) {
      float values[32];
      pad_row(x, {k.begin + i, k.end}, 32, values, 1);
      const V v[2] = {load(values), load(values + kLanes)};
      store((Bf16*)(group + r * kTileBytes), v[0], kLanes);
      store((Bf16*)(group + r * kTileBytes) + kLanes, v[1], kLanes);
      float* const totals = (float*)(group + kTileHeight * kTileBytes) + r;
      totals[kTileHeight] = sum(v[0]);
      totals[2 * kTileHeight] = sum(v[1]);
      totals[0] = totals[kTileHeight] + totals[2 * kTileHeight];
    }
  }
  static const uint8_t* codes(const Layout& t, Int8Tile& tile, int runs, uint8_t* into) {
    const I zero = isplat(t.codeZero), high = isplat((int32_t)0xffff0000);
    for (int i = 0; i < 8 * runs; i++) {
      const I c = iload(tile.codes[0][i]);
      I f[4];
      unrolled<4>([&](auto b) __attribute__((always_inline)) {
        constexpr int B = decltype(b)::value;
        f[B] = bits(to_float(sar<24>(shl<24 - 8 * B>(c)) - zero));
      });
      istore(into + 128 * i, shr<16>(f[0]) | (f[1] & high));
      istore(into + 128 * i + 64, shr<16>(f[2]) | (f[3] & high));
    }
    return into;
  }
  template <int C, int A, int B>
  static void dot() {
    tile_dot_bf16<C, A, B>();
  }
  static V number(const Dot* dots) { return load(dots); }
  static V scaled(V scale, const uint8_t*, int) { return scale; }
  static float total(const uint8_t* run, int r, int half, bool two) { return ((const float*)(run + kTileHeight * kTileBytes))[(two ? 1 + half : 0) * kTileHeight + r]; }
};

// Tile products of some runs: dots [run][32 / Sub][16 rows][16 outputs].
template <class T, int Sub>
inline void dot_runs(const uint8_t* group, const uint8_t* codes, int runs, typename T::Dot* dots) {
  constexpr int kHalves = 32 / Sub, kBytes = Sub * T::kSize;
  for (int first = 0; first < runs * kHalves; first += 4) {
    unrolled<4>([&](auto n) __attribute__((always_inline)) {
      constexpr int C = decltype(n)::value, A = 4 + C % 2, B = 6 + C % 2;
      const int at = first + C, run = at / kHalves, half = at % kHalves;
      if (run >= runs) return;
      tile_load<A>(group + run * T::kRunBytes + half * kBytes, kTileBytes);
      tile_load<B>(codes + run * T::kCodeBytes + half * kBytes * kPanel, kTileBytes);
      tile_zero<C>();
      T::template dot<C, A, B>();
      tile_store<C>(dots + at * kTileHeight * kPanel, kPanel * sizeof(float));
    });
  }
}

// The runs' dots by their scales, one run after the other.
template <class T, int Sub, bool Least>
inline void add_dots(const Int8Tile& tile, const uint8_t* group, const typename T::Dot* dots, int runs, float* sums) {
  constexpr int kHalves = 32 / Sub;
  V sum[kTileHeight];
#pragma GCC unroll 16
  for (int r = 0; r < kTileHeight; r++) sum[r] = load(sums + r * kPanel);
  for (int run = 0; run < runs; run++, group += T::kRunBytes) {
    for (int half = 0; half < kHalves; half++, dots += kTileHeight * kPanel) {
      const V scale = load(tile.scales[run][half]);
#pragma GCC unroll 16
      for (int r = 0; r < kTileHeight; r++) sum[r] = fma(T::number(dots + r * kPanel), T::scaled(scale, group, r), sum[r]);
    }
    for (int half = 0; Least && half < kHalves; half++) {
      const V least = load(tile.leasts[run][half]);
#pragma GCC unroll 16
      for (int r = 0; r < kTileHeight; r++) sum[r] = fma(least, splat(T::total(group, r, half, kHalves == 2)), sum[r]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kTileHeight; r++) store(sums + r * kPanel, sum[r]);
}

// Held rows, in groups of 16, against some panels.
template <class T, int Sub, bool Least>
void multiply_panels(const Layout& t, const QuantizedProduct& p, const Held& h, Range panels, uint8_t* room) {
  Int8Tile tile;
  alignas(64) uint8_t made[T::kSize == 1 ? 64 : kTileRuns * T::kCodeBytes];
  alignas(64) typename T::Dot dots[kTileRuns * 32 / Sub * kTileHeight * kPanel];
  alignas(64) float sums[kQuantizedRows][kPanel];
  const Tiles tiles(Sub * T::kSize);
  const int unitRuns = t.unit / 32;
  const int64_t groups = (h.rows + kTileHeight - 1) / kTileHeight;
  for (int64_t i = panels.begin; i < panels.end; i++) {
    const Lanes lanes(p, i);
    const uint8_t* w = panel_at(t, *p.w, i, {h.unit, h.unit + h.runs / unitRuns}, room);
    memset(sums, 0, sizeof sums);
    for (int64_t r = 0; h.unit > 0 && r < h.rows; r++) lanes.resume(sums[r], row_of_y(p, h.row + r));
    for (int64_t at = 0; at < h.runs; at += kTileRuns) {
      const int runs = (int)(h.runs - at < kTileRuns ? h.runs - at : kTileRuns);
      for (int run = 0; run < runs; run += unitRuns, w += t.unitBytes) t.fillInt8(w, run, tile);
      const uint8_t* const codes = T::codes(t, tile, runs, made);
      // The next tile's bytes come bit by bit while rows use this one.
      const int64_t bytes = runs / unitRuns * t.unitBytes;
      int64_t line = 0;
      for (int64_t g = 0; g < groups; g++) {
        for (; line < bytes * (g + 1) / groups; line += 64) prefetch(w + line);
        const uint8_t* const group = h.data + (g * h.all + h.first + at) * T::kRunBytes;
        dot_runs<T, Sub>(group, codes, runs, dots);
        add_dots<T, Sub, Least>(tile, group, dots, runs, sums[g * kTileHeight]);
      }
    }
    for (int64_t r = 0; r < h.rows; r++) lanes.deliver(sums[r], row_of_y(p, h.row + r));
  }
}

// Runs first … first + count - 1 of the group of 16 rows from a row on. Behind the last row stand zeros, whose sums nobody takes.
template <class T>
inline void hold_tiles(const QuantizedProduct& p, int64_t row, int64_t end, int64_t first, int64_t count, uint8_t* to) {
  if (end - row < kTileHeight) memset(to, 0, count * T::kRunBytes);
  for (int64_t r = 0; r < kTileHeight && row + r < end; r++) T::hold(row_of_x(p, row + r), {32 * first, p.depth}, 32 * count, to, (int)r);
}

template <class T>
void multiply_tiled(const QuantizedProduct& p, const Share& share) {
  if (p.rows == 0 || p.outputs == 0) return;
  const Layout& t = *p.w->encoding->layout;
  const Range all{p.w->begin / kPanel, (p.w->begin + p.outputs + kPanel - 1) / kPanel};
  // Too few panels to share: the rows are.
  const bool byRows = all.end - all.begin < share.threads && p.rows > 1;
  const Range mine = byRows ? Range{0, all.end - all.begin} : part(share, all.end - all.begin, 1);
  const Range rows = byRows ? part(share, p.rows, kTileHeight) : Range{0, p.rows};
  const Range panels{all.begin + mine.begin, all.begin + mine.end};
  if (panels.begin == panels.end || rows.begin == rows.end) return;
  const auto multiply = t.sub == 32 ? t.least ? multiply_panels<T, 32, true> : multiply_panels<T, 32, false>
                                    : t.least ? multiply_panels<T, 16, true> : multiply_panels<T, 16, false>;
  const int64_t runs = runs_of(t, p.depth);
  constexpr int64_t kDeep = kHeldRow * kTileHeight / T::kRunBytes / kTileRuns * kTileRuns;
  for (int64_t row = rows.begin; row < rows.end; row += kQuantizedRows) {
    const int64_t end = rows.end - row < kQuantizedRows ? rows.end : row + kQuantizedRows;
    for (int64_t at = 0; at < runs; at += kDeep) {
      const int64_t count = runs - at < kDeep ? runs - at : kDeep;
      Held held{share.scratch, row, end - row, 32 * at / t.unit, count, count, 0};
      if (p.rounded) {
        held.data = p.rounded + row * runs * sizeof(Eight);
        held.all = runs;
        held.first = at;
      }
      for (int64_t r = 0; !p.rounded && r < held.rows; r += kTileHeight) hold_tiles<T>(p, row + r, end, at, count, share.scratch + r / kTileHeight * count * T::kRunBytes);
      multiply(t, p, held, panels, share.scratch + held_bytes(p.depth));
    }
  }
}

inline void round_as_told(const QuantizedProduct& p, uint8_t* to, const Share& share) {
  const Layout& t = *p.w->encoding->layout;
  if (p.rows <= kFewRows) return round_part(t, p, to, share);
  const int64_t runs = runs_of(t, p.depth);
  auto [at, end] = part(share, (p.rows + kTileHeight - 1) / kTileHeight * runs, 1);
  while (at < end) {
    const int64_t row = at / runs * kTileHeight, first = at % runs, count = end - at < runs - first ? end - at : runs - first;
    hold_tiles<Int8Tiles>(p, row, p.rows, first, count, to + at * Int8Tiles::kRunBytes);
    at += count;
  }
}

// What no tile is needed for is left to the level that the weights are laid out for.
inline void multiply_as_told(const Call& call, const QuantizedProduct& p, const Share& share) {
  const Encoding& encoding = *p.w->encoding;
  // An expert that could not be read.
  if (!encoding.layout) return encoding.multiply(p, share);
  switch (call.attrs.activations) {
    case Activations::f32:
      return encoding.multiply(p, share);
    case Activations::int8:
      return p.rows <= kFewRows ? encoding.multiplyInt8(p, share) : multiply_tiled<Int8Tiles>(p, share);
    case Activations::bf16:
      return multiply_tiled<Bf16Tiles>(p, share);
  }
}

// The most that tiles multiply, codes of any number of bits.
int32_t products_of_tiles(int, int64_t rounds, int64_t* operations) {
  alignas(64) int8_t bytes[2 * kTileHeight * kTileBytes];
  for (int i = 0; i < 2 * kTileHeight * kTileBytes; i++) bytes[i] = (int8_t)(i * 37 % 255 - 127);
  alignas(64) int32_t c[kTileHeight * kPanel];
  const Tiles tiles(kTileBytes);
  tile_load<4>(bytes, kTileBytes);
  tile_load<6>(bytes + kTileHeight * kTileBytes, kTileBytes);
  unrolled<4>([](auto n) { tile_zero<decltype(n)::value>(); });
  for (int64_t round = 0; round < rounds; round++) {
    unrolled<4>([](auto n) { tile_dot_s8<decltype(n)::value, 4, 6>(); });
  }
  int32_t total = 0;
  unrolled<4>([&](auto n) {
    tile_store<decltype(n)::value>(c, kTileBytes);
    total += c[0];
  });
  *operations = rounds * 4 * kTileHeight * kPanel * kTileBytes * 2;
  return total;
}

}  // namespace engine::ENGINE_LEVEL
