// The one dot product under matmul and attention: lanes walk k in steps of kLanes, zeros behind the end.
// How many rows and outputs run side by side changes the speed and never a bit of the result.
namespace engine::ENGINE_LEVEL {

// Multiply-adds x[r] · w[o] over n elements into acc[r][o]. What there are fewer of, rows or outputs, stays in registers while the
// others pass. Fetch: the line `ahead` bytes in front of each w is prefetched. Whole: n is a multiple of kLanes.
template <int R, int O, bool Fetch, bool Whole = false, class W>
inline void dots(const float* x, int64_t x_stride, const W* const* w, int64_t n, V (&acc)[R][O], int64_t ahead = 0) {
  int64_t k = 0;
  for (; k + kLanes <= n; k += kLanes) {
    if constexpr (R <= O) {
      V a[R];
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) a[r] = load(x + r * x_stride + k);
#pragma GCC unroll 8
      for (int o = 0; o < O; o++) {
        if (Fetch) prefetch((const char*)(w[o] + k) + ahead);
        V b = load(w[o] + k);
        if (R > 1) keep(b);
#pragma GCC unroll 8
        for (int r = 0; r < R; r++) acc[r][o] = fma(a[r], b, acc[r][o]);
      }
    } else {
      V b[O];
#pragma GCC unroll 8
      for (int o = 0; o < O; o++) {
        if (Fetch) prefetch((const char*)(w[o] + k) + ahead);
        b[o] = load(w[o] + k);
        keep(b[o]);
      }
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) {
        V a = load(x + r * x_stride + k);
        if (O > 1) keep(a);
#pragma GCC unroll 8
        for (int o = 0; o < O; o++) acc[r][o] = fma(a, b[o], acc[r][o]);
      }
    }
  }
  if (!Whole && k < n) {
    const int tail = (int)(n - k);
    V b[O];
#pragma GCC unroll 8
    for (int o = 0; o < O; o++) b[o] = load(w[o] + k, tail);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V a = load(x + r * x_stride + k, tail);
#pragma GCC unroll 8
      for (int o = 0; o < O; o++) acc[r][o] = fma(a, b[o], acc[r][o]);
    }
  }
}

template <int R, int O>
inline void clear(V (&acc)[R][O]) {
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 8
    for (int o = 0; o < O; o++) acc[r][o] = zero();
  }
}

}  // namespace engine::ENGINE_LEVEL
