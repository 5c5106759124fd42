// Rows against panels as they stand in memory, unit by unit, the bytes ahead asked for meanwhile.
namespace engine::ENGINE_LEVEL {

// Units that a prefetch is ahead: 3 KiB or more.
template <class E>
constexpr int kUnitsAhead = (3072 + E::kUnitBytes - 1) / E::kUnitBytes;

// Pieces of panels that are passed unit by unit, one after the other.
struct Passed {
  const uint8_t *w, *next;
  int64_t left;  // units of this piece
  // Piece k of a stream. What is ahead of its end is the next piece's beginning.
  template <class E>
  static Passed of(const Pieces& from, int s, int64_t k) {
    const uint8_t* const w = from.w[s] + k * from.apart;
    return {w, (k + 1 < from.count ? w + from.apart : from.next[s]) - from.units * E::kUnitBytes, from.units};
  }
  // The unit that a prefetch is for.
  template <class E>
  const uint8_t* ahead() const {
    return (left > kUnitsAhead<E> ? w : next) + kUnitsAhead<E> * E::kUnitBytes;
  }
  template <class E>
  void step() {
    w += E::kUnitBytes;
    next += E::kUnitBytes;
    left--;
  }
};

// A unit's lines in parts, one with each run: all at once would wait for each other, and the run for them.
template <class E>
__attribute__((always_inline)) inline void prefetch_part(const uint8_t* ahead, int run) {
  constexpr int kRuns = E::kUnit / 32, kLines = (E::kUnitBytes + 63) / 64, kEach = (kLines + kRuns - 1) / kRuns;
#pragma GCC unroll 16
  for (int line = 0; line < kEach; line++) prefetch(ahead + 64 * (run * kLines / kRuns + line));
}

// A unit of a panel as it stands in memory against R rows of every Step.
template <class E, int R, int Step>
__attribute__((always_inline)) inline void add_unit(Passed& from, int lane, const Eight* rows, V (&sums)[R]) {
  const typename E::Unit unit(from.w, lane);
  const uint8_t* const ahead = from.ahead<E>();
  V sum[R];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) sum[r] = sums[r];
  for (int j = 0; j < E::kUnit / 32; j++) {
    prefetch_part<E>(ahead, j);
    I c[8];
    unit.codes(j, c);
    constexpr bool kTwo = E::kSub == 16;
    const V scale0 = unit.scale(j, 0), scale1 = kTwo ? unit.scale(j, 1) : zero();
    const V least0 = E::kLeast ? unit.least(j, 0) : zero(), least1 = E::kLeast && kTwo ? unit.least(j, 1) : zero();
    add_runs<E, R>(c, rows + j * Step, scale0, scale1, least0, least1, sum);
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) sums[r] = sum[r];
  from.step<E>();
}

// A group of rows against pieces of panels, of one stream or two. Lanes, the sums so far: a panel's for each row of the
// group, for each piece of the stream, then the other stream's.
template <class E, int R>
inline void stream_rows(const Eight* rows, const Pieces& from, float* lanes) {
  constexpr int kRows = R < kRowsAtOnce ? R : kRowsAtOnce;
  constexpr bool kTwo = group_streams(R) == 2;
  const int64_t other = from.count * R * kPanel;
  for (int64_t k = 0; k < from.count; k++, lanes += R * kPanel) {
    // A level whose vectors are parts of a panel, or that has few registers, goes over it more than once.
    for (int lane = 0; lane < kPanel; lane += kLanes) {
      for (int first = 0; first < R; first += kRows) {
        float* const to = lanes + first * kPanel + lane;
        Passed w = Passed::of<E>(from, 0, k), v = Passed::of<E>(from, kTwo, k);
        V sum[kRows], sums[kRows];
#pragma GCC unroll 8
        for (int r = 0; r < kRows; r++) {
          sum[r] = load(to + r * kPanel);
          sums[r] = kTwo ? load(to + other + r * kPanel) : zero();
        }
        const Eight* a = rows + first;
        for (int64_t u = 0; u < from.units; u++, a += E::kUnit / 32 * R) {
          add_unit<E, kRows, R>(w, lane, a, sum);
          if constexpr (kTwo) add_unit<E, kRows, R>(v, lane, a, sums);
        }
#pragma GCC unroll 8
        for (int r = 0; r < kRows; r++) {
          store(to + r * kPanel, sum[r]);
          if constexpr (kTwo) store(to + other + r * kPanel, sums[r]);
        }
      }
    }
  }
}

template <class E>
void stream_int8(const uint8_t* rows, int size, const Pieces& from, float* lanes) {
  for_group(size, [&](auto r) {
    constexpr int R = decltype(r)::value;
    stream_rows<E, R>((const Eight*)rows, from, lanes);
  });
}

// One row of f32 against pieces of panels, S of them side by side: a sum waits for the one before it.
template <class E, int S>
inline void stream_row_f32(const float* x, const Pieces& from, float* lanes) {
  for (int64_t k = 0; k < from.count; k++, lanes += kPanel) {
    for (int lane = 0; lane < kPanel; lane += kLanes) {
      Passed w[S];
      V sum[S];
#pragma GCC unroll 4
      for (int s = 0; s < S; s++) {
        w[s] = Passed::of<E>(from, s, k);
        sum[s] = load(lanes + s * from.count * kPanel + lane);
      }
      const float* a = x;
      for (int64_t u = 0; u < from.units; u++) {
        for (int j = 0; j < E::kUnit / 32; j++, a += 32) {
          I c[S][8];
          V scale[S][2], least[S][2];
#pragma GCC unroll 4
          for (int s = 0; s < S; s++) {
            prefetch_part<E>(w[s].template ahead<E>(), j);
            const typename E::Unit unit(w[s].w, lane);
            unit.codes(j, c[s]);
            for (int h = 0; h < 2; h++) {
              scale[s][h] = unit.scale(j, E::kSub == 16 ? h : 0);
              least[s][h] = E::kLeast ? unit.least(j, E::kSub == 16 ? h : 0) : zero();
            }
          }
          unrolled<8>([&](auto i) __attribute__((always_inline)) {
            unrolled<4>([&](auto b) __attribute__((always_inline)) {
              constexpr int N = decltype(i)::value, B = decltype(b)::value;
              const V own = splat(a[4 * N + B]);
#pragma GCC unroll 4
              for (int s = 0; s < S; s++) {
                const V q = to_float(code_of<E, B>(c[s][N]));
                const V value = E::kLeast ? fma(scale[s][N / 4], q, least[s][N / 4]) : scale[s][N / 4] * q;
                sum[s] = fma(value, own, sum[s]);
              }
            });
          });
        }
#pragma GCC unroll 4
        for (int s = 0; s < S; s++) w[s].template step<E>();
      }
#pragma GCC unroll 4
      for (int s = 0; s < S; s++) store(lanes + s * from.count * kPanel + lane, sum[s]);
    }
  }
}

template <class E>
void stream_f32(const uint8_t* rows, int, const Pieces& from, float* lanes) {
  stream_row_f32<E, group_streams(1)>((const float*)rows, from, lanes);
}

}  // namespace engine::ENGINE_LEVEL
