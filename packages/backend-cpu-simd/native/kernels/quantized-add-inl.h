// Rows of x against a panel: a lane for each output, inputs one after the other, in one order for one row as for
// five hundred. With int8 activations a run's products are added as integers, exactly, and the runs as f32.
namespace engine::ENGINE_LEVEL {

// Rows that meet a run's codes together. Groups hold their rows side by side: run after run, in each run row after row.
constexpr int kTogether = 8;

// How many rows the next group has room for, `left` still to come. Groups of less than kTogether come last.
inline int group_size(int64_t left) { return left > 4 ? 8 : left > 2 ? 4 : (int)left; }

// Calls body(Int<R>) for the R of a group.
template <class Body>
inline void for_group(int size, Body&& body) {
  if (size == 8) body(Int<8>{});
  else if (size == 4) body(Int<4>{});
  else if (size == 2) body(Int<2>{});
  else body(Int<1>{});
}

// The one formula: codes and scales of a run, from registers or from a tile, against R rows.
template <class E, int R>
__attribute__((always_inline)) inline void add_runs(const I (&c)[8], const Eight* a, V scale0, V scale1, V least0, V least1, V (&sum)[R]) {
  if constexpr (E::kSub == 32) {
    I dot[R];
    const int8_t* codes[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      dot[r] = isplat(a[r].start);
      codes[r] = a[r].codes;
    }
    dots<E::kBits>(c, codes, dot);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      sum[r] = fma(to_float(dot[r]), scale0 * splat(a[r].scale), sum[r]);
      if constexpr (E::kLeast) sum[r] = fma(least0, splat(a[r].total), sum[r]);
    }
  } else {
    const I(&front)[4] = *(const I(*)[4])&c[0];
    const I(&back)[4] = *(const I(*)[4])&c[4];
    I dot[2][R];
    const int8_t *low[R], *high[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      dot[0][r] = isplat(a[r].starts[0]);
      dot[1][r] = isplat(a[r].starts[1]);
      low[r] = a[r].codes;
      high[r] = a[r].codes + 16;
    }
    dots<E::kBits>(front, low, dot[0]);
    dots<E::kBits>(back, high, dot[1]);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V s = splat(a[r].scale);
      sum[r] = fma(to_float(dot[0][r]), scale0 * s, sum[r]);
      sum[r] = fma(to_float(dot[1][r]), scale1 * s, sum[r]);
      if constexpr (E::kLeast) {
        sum[r] = fma(least0, splat(a[r].totals[0]), sum[r]);
        sum[r] = fma(least1, splat(a[r].totals[1]), sum[r]);
      }
    }
  }
}

// Codes of kBits, inputs of a scale and whether something is added: types that agree in these share a kernel.
template <int Bits, int Sub, bool Least>
struct Codes {
  static constexpr int kBits = Bits, kSub = Sub;
  static constexpr bool kLeast = Least;
};

// A group against a tile, kRowsAtOnce rows at a time. The sums so far stand in `sums`, kPanel for each row.
template <class C, int R>
inline void add_tile(const Int8Tile& tile, int runs, const Eight* rows, float* sums) {
  constexpr int kRows = R < kRowsAtOnce ? R : kRowsAtOnce;
  for (int lane = 0; lane < kPanel; lane += kLanes) {
    for (int first = 0; first < R; first += kRows) {
      V sum[kRows];
      float* const to = sums + first * kPanel + lane;
#pragma GCC unroll 8
      for (int r = 0; r < kRows; r++) sum[r] = load(to + r * kPanel);
      const Eight* a = rows + first;
      for (int run = 0; run < runs; run++, a += R) {
        I c[8];
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++) c[i] = iload(tile.codes[run][i] + 4 * lane);
        const auto at = [&](const float(&values)[kInt8TileRuns][2][kPanel], int h, bool there) { return there ? load(values[run][h] + lane) : zero(); };
        constexpr bool kTwo = C::kSub == 16;
        add_runs<C, kRows>(c, a, at(tile.scales, 0, true), at(tile.scales, 1, kTwo), at(tile.leasts, 0, C::kLeast), at(tile.leasts, 1, C::kLeast && kTwo), sum);
      }
#pragma GCC unroll 8
      for (int r = 0; r < kRows; r++) store(to + r * kPanel, sum[r]);
    }
  }
}

template <class C>
void add_int8(const Int8Tile& tile, int runs, const uint8_t* rows, int size, float* sums) {
  for_group(size, [&](auto r) { add_tile<C, decltype(r)::value>(tile, runs, (const Eight*)rows, sums); });
}

template <int R>
inline void add_f32(const F32Tile& tile, int runs, const float* x, float* sums) {
  for (int lane = 0; lane < kPanel; lane += kLanes) {
    V sum[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) sum[r] = load(sums + r * kPanel + lane);
    for (int k = 0; k < 32 * runs; k++) {
      const V w = load(tile.values[k] + lane);
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) sum[r] = fma(w, splat(x[k * R + r]), sum[r]);
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) store(sums + r * kPanel + lane, sum[r]);
  }
}

}  // namespace engine::ENGINE_LEVEL
