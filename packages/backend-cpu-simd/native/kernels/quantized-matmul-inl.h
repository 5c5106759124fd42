// y = x · wᵀ over panels of 16 outputs: a lane for each output, inputs one after the other, in one order for one row
// as for five hundred. With int8 activations a run's products are added as integers, exactly, and the runs as f32.
namespace engine::ENGINE_LEVEL {

constexpr int kQuantizedAhead = 1536;
// Rows that meet a tile together.
constexpr int kTogether = 4;

template <class E>
inline I minus_zero(int32_t sum) {
  constexpr int kZero = E::kBits == 8 ? kSignedZero : E::kZero;
  if constexpr (kZero == 0) return isplat(0);
  else return isplat(-kZero * sum);
}

// The one formula: codes and scales of a run, from registers or from a tile, against R rows.
template <class E, int R>
__attribute__((always_inline)) inline void add_runs(const I (&c)[8], const Eight* const (&a)[R], V scale0, V scale1, V least0, V least1, V (&sum)[R]) {
  if constexpr (E::kSub == 32) {
    I dot[R];
    const int8_t* codes[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      dot[r] = minus_zero<E>(a[r]->sum);
      codes[r] = a[r]->codes;
    }
    dots<E::kBits>(c, codes, dot);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      sum[r] = fma(to_float(dot[r]), scale0 * splat(a[r]->scale), sum[r]);
      if constexpr (E::kLeast) sum[r] = fma(least0, splat(a[r]->total), sum[r]);
    }
  } else {
    const I(&front)[4] = *(const I(*)[4])&c[0];
    const I(&back)[4] = *(const I(*)[4])&c[4];
    I dot[2][R];
    const int8_t *low[R], *high[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      dot[0][r] = minus_zero<E>(a[r]->sums[0]);
      dot[1][r] = minus_zero<E>(a[r]->sums[1]);
      low[r] = a[r]->codes;
      high[r] = a[r]->codes + 16;
    }
    dots<E::kBits>(front, low, dot[0]);
    dots<E::kBits>(back, high, dot[1]);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V s = splat(a[r]->scale);
      sum[r] = fma(to_float(dot[0][r]), scale0 * s, sum[r]);
      sum[r] = fma(to_float(dot[1][r]), scale1 * s, sum[r]);
      if constexpr (E::kLeast) {
        sum[r] = fma(least0, splat(a[r]->totals[0]), sum[r]);
        sum[r] = fma(least1, splat(a[r]->totals[1]), sum[r]);
      }
    }
  }
}


// Codes of kBits, their zero, inputs of a scale and whether something is added: types that agree in these share a kernel.
template <int Bits, int Zero, int Sub, bool Least>
struct Codes {
  static constexpr int kBits = Bits, kZero = Zero, kSub = Sub;
  static constexpr bool kLeast = Least;
};

// `kTogether` rows against a tile. The sums so far stand in `sums`, kPanel for each row.
template <class C>
void add_int8(const Int8Tile& tile, int runs, const uint8_t* rows, int64_t rowBytes, float* sums) {
  for (int lane = 0; lane < kPanel; lane += kLanes) {
    V sum[kTogether];
    const Eight* a[kTogether];
    for (int r = 0; r < kTogether; r++) {
      a[r] = (const Eight*)(rows + r * rowBytes);
      sum[r] = load(sums + r * kPanel + lane);
    }
    for (int run = 0; run < runs; run++) {
      I c[8];
#pragma GCC unroll 8
      for (int i = 0; i < 8; i++) c[i] = iload(tile.codes[run][i] + 4 * lane);
      const auto at = [&](const float(&values)[kTileRuns][2][kPanel], int h, bool there) { return there ? load(values[run][h] + lane) : zero(); };
      constexpr bool kTwo = C::kSub == 16;
      add_runs<C>(c, a, at(tile.scales, 0, true), at(tile.scales, 1, kTwo), at(tile.leasts, 0, C::kLeast), at(tile.leasts, 1, C::kLeast && kTwo), sum);
#pragma GCC unroll 8
      for (int r = 0; r < kTogether; r++) a[r]++;
    }
    for (int r = 0; r < kTogether; r++) store(sums + r * kPanel + lane, sum[r]);
  }
}

// One row against two panels, as two streams of memory.
template <class E>
void row_int8(const uint8_t* row, const uint8_t* const* from, int64_t units, float* lanes) {
  const uint8_t* w[2] = {from[0], from[1]};
  V acc[2][kParts];
  for (int s = 0; s < 2; s++) {
    for (int h = 0; h < kParts; h++) acc[s][h] = zero();
  }
  for (int64_t u = 0; u < units; u++, row += E::kUnit / 32 * sizeof(Eight)) {
#pragma GCC unroll 2
    for (int s = 0; s < 2; s++) {
      for (int64_t line = 0; line < E::kUnitBytes; line += 64) prefetch(w[s] + kQuantizedAhead + line);
      for (int h = 0; h < kParts; h++) {
        const typename E::Unit unit(w[s], h * kLanes);
        V sum[1] = {acc[s][h]};
        for (int j = 0; j < E::kUnit / 32; j++) {
          I c[8];
          unit.codes(j, c);
          const Eight* a[1] = {(const Eight*)row + j};
          const auto at = [&](bool least, int k) {
            if (k == 1 && E::kSub == 32) return zero();
            if (least) return E::kLeast ? unit.least(j, k) : zero();
            return unit.scale(j, k);
          };
          add_runs<E>(c, a, at(false, 0), at(false, 1), at(true, 0), at(true, 1), sum);
        }
        acc[s][h] = sum[0];
      }
      w[s] += E::kUnitBytes;
    }
  }
  for (int s = 0; s < 2; s++) {
    for (int h = 0; h < kParts; h++) store(lanes + s * kPanel + h * kLanes, acc[s][h]);
  }
}

template <int R>
inline void add_f32(const F32Tile& tile, int runs, const uint8_t* rows, int64_t rowBytes, float* sums) {
  for (int lane = 0; lane < kPanel; lane += kLanes) {
    V sum[R];
    const float* x[R];
    for (int r = 0; r < R; r++) {
      x[r] = (const float*)(rows + r * rowBytes);
      sum[r] = load(sums + r * kPanel + lane);
    }
    for (int k = 0; k < 32 * runs; k++) {
      const V w = load(tile.values[k] + lane);
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) sum[r] = fma(w, splat(x[r][k]), sum[r]);
    }
    for (int r = 0; r < R; r++) store(sums + r * kPanel + lane, sum[r]);
  }
}

// How rows are held, and how some of them meet a tile.
struct F32Rows {
  using Tile = F32Tile;
  static constexpr int64_t kRunBytes = 128;
  static void prepare(const float* x, int64_t depth, int64_t to, uint8_t* into) { pad_row(x, depth, to, (float*)into); }
  static void fill(const Layout& t, const uint8_t* w, int run, Tile& tile) { t.fillF32(w, run, tile); }
  static void add(const Layout&, const Tile& tile, int runs, const uint8_t* rows, int64_t rowBytes, int64_t count, float* sums) {
    if (count == 1) return add_f32<1>(tile, runs, rows, rowBytes, sums);
    for (int64_t r = 0; r < count; r += kTogether) add_f32<kTogether>(tile, runs, rows + r * rowBytes, rowBytes, sums + r * kPanel);
  }
};
struct Int8Rows {
  using Tile = Int8Tile;
  static constexpr int64_t kRunBytes = sizeof(Eight);
  static void prepare(const float* x, int64_t depth, int64_t to, uint8_t* into) { round_row(x, depth, to, (Eight*)into); }
  static void fill(const Layout& t, const uint8_t* w, int run, Tile& tile) { t.fillInt8(w, run, tile); }
  static void add(const Layout& t, const Tile& tile, int runs, const uint8_t* rows, int64_t rowBytes, int64_t count, float* sums) {
    for (int64_t r = 0; r < count; r += kTogether) t.addInt8(tile, runs, rows + r * rowBytes, rowBytes, sums + r * kPanel);
  }
};

// The lanes of panel i that are outputs of the product, into a row of y.
inline void deliver(const QuantizedProduct& p, int64_t i, const float* lanes, float* y) {
  const int64_t first = i * kPanel - p.w->begin;
  const int64_t begin = first < 0 ? -first : 0, end = p.outputs - first < kPanel ? p.outputs - first : kPanel;
  memcpy(y + first + begin, lanes + begin, sizeof(float) * (end - begin));
}

// Rows row … row + count of the product, held in `from`, whose end is padded to kTogether rows, against some panels.
template <class Rows>
inline void multiply_rows(const Layout& t, const QuantizedProduct& p, const uint8_t* from, int64_t rowBytes, int64_t row, int64_t count, Range panels, uint8_t* room) {
  typename Rows::Tile tile;
  alignas(64) float sums[kQuantizedRows][kPanel];
  const int unitRuns = t.unit / 32;
  const int64_t all = units(t, p.depth) * unitRuns;
  for (int64_t i = panels.begin; i < panels.end; i++) {
    const uint8_t* w = panel_at(t, *p.w, i, room);
    memset(sums, 0, sizeof sums);
    for (int64_t at = 0; at < all; at += kTileRuns) {
      const int runs = (int)(all - at < kTileRuns ? all - at : kTileRuns);
      for (int run = 0; run < runs; run += unitRuns, w += t.unitBytes) Rows::fill(t, w, run, tile);
      // The next tile's bytes come while rows use this one.
      for (int64_t line = 0; line < runs / unitRuns * t.unitBytes; line += 64) prefetch(w + line);
      Rows::add(t, tile, runs, from + at * Rows::kRunBytes, rowBytes, count, sums[0]);
    }
    for (int64_t r = 0; r < count; r++) deliver(p, i, sums[r], row_of_y(p, row + r));
  }
}

// Decode: panels in two runs far apart, each a stream. An odd one is met with itself.
inline void multiply_row(const Layout& t, const QuantizedProduct& p, const uint8_t* row, Range panels, uint8_t* room) {
  const int64_t apart = (panels.end - panels.begin + 1) / 2, bytes = units(t, p.depth) * t.unitBytes;
  for (int64_t i = panels.begin; i < panels.begin + apart; i++) {
    const int64_t other = i + apart < panels.end ? i + apart : i;
    const uint8_t* w[2] = {panel_at(t, *p.w, i, room), panel_at(t, *p.w, other, room + (bytes + 63) / 64 * 64)};
    alignas(64) float lanes[2][kPanel];
    t.rowInt8(row, w, units(t, p.depth), lanes[0]);
    deliver(p, i, lanes[0], row_of_y(p, 0));
    deliver(p, other, lanes[1], row_of_y(p, 0));
  }
}

template <class Rows>
void multiply_quantized(const Layout& t, const QuantizedProduct& p, const Share& share) {
  if (p.rows == 0 || p.outputs == 0) return;
  const Range all{p.w->begin / kPanel, (p.w->begin + p.outputs + kPanel - 1) / kPanel};
  const int64_t to = units(t, p.depth) * t.unit;
  // A line more than a multiple of a power of two, whose rows would share few sets of a cache.
  const int64_t rowBytes = to / 32 * Rows::kRunBytes + 64, block = rows_at_once(padded(p.depth) / 32 * Rows::kRunBytes + 64);
  uint8_t* const held = share.scratch;
  uint8_t* const room = held + (block * rowBytes + 63) / 64 * 64;
  // Too few panels to share: the rows are.
  const bool byRows = all.end - all.begin < share.threads && p.rows > 1;
  const Range mine = byRows ? Range{0, all.end - all.begin} : part(share, all.end - all.begin, 1);
  const Range rows = byRows ? part(share, p.rows, kTogether) : Range{0, p.rows};
  const Range panels{all.begin + mine.begin, all.begin + mine.end};
  if (panels.begin == panels.end) return;
  for (int64_t row = rows.begin; row < rows.end; row += block) {
    const int64_t count = rows.end - row < block ? rows.end - row : block;
    for (int64_t r = 0; r < count; r++) Rows::prepare(row_of_x(p, row + r), p.depth, to, held + r * rowBytes);
    if (Rows::kRunBytes == sizeof(Eight) && p.rows == 1) return multiply_row(t, p, held, panels, room);
    for (int64_t r = count; count > 1 && r % kTogether; r++) memcpy(held + r * rowBytes, held, to / 32 * Rows::kRunBytes);
    multiply_rows<Rows>(t, p, held, rowBytes, row, count, panels, room);
  }
}

}  // namespace engine::ENGINE_LEVEL
