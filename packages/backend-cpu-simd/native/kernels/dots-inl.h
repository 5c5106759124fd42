// The one dot product under matmul and attention: lanes walk k in steps of kLanes, zeros behind the end.
// How many rows and outputs run side by side changes the speed and never a bit of the result.
namespace engine::ENGINE_LEVEL {

// Multiply-adds x[r] · w[o] over n elements into acc[r][o]. Ahead: bytes to prefetch in front of each w; 0: none.
// Whole: n is a multiple of kLanes.
template <int R, int O, int Ahead, bool Whole = false, class W>
inline void dots(const float* x, int64_t x_stride, const W* const* w, int64_t n, V (&acc)[R][O]) {
  int64_t k = 0;
  for (; k + kLanes <= n; k += kLanes) {
    V a[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) a[r] = load(x + r * x_stride + k);
#pragma GCC unroll 8
    for (int o = 0; o < O; o++) {
      if (Ahead) prefetch((const char*)(w[o] + k) + Ahead);
      V b = load(w[o] + k);
      if (R > 1) keep(b);
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) acc[r][o] = fma(a[r], b, acc[r][o]);
    }
  }
  if (!Whole && k < n) {
    const int tail = (int)(n - k);
    V a[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) a[r] = load(x + r * x_stride + k, tail);
#pragma GCC unroll 8
    for (int o = 0; o < O; o++) {
      const V b = load(w[o] + k, tail);
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) acc[r][o] = fma(a[r], b, acc[r][o]);
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
