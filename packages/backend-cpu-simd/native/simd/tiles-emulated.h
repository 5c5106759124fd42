// AMX in plain code over AVX-512, for tests: what Intel's manual says of each instruction. Anything the processor would refuse
// (no configuration, sizes that do not fit) ends the process, as its fault would.
#pragma once
#include "rounding-mode.h"

namespace engine::ENGINE_LEVEL {

struct EmulatedTiles {
  TileSizes sizes;
  alignas(64) uint8_t data[8][16][64];
};
static thread_local EmulatedTiles emulated_tiles;

inline void refuse_unless(bool fits) {
  if (!fits) __builtin_trap();
}
inline int rows_of(int t) { return emulated_tiles.sizes.rows[t]; }
inline int bytes_of(int t) { return emulated_tiles.sizes.rowBytes[t]; }

inline void configure_tiles(const TileSizes& sizes) {
  refuse_unless(sizes.palette == 1 && sizes.startRow == 0);
  for (int t = 0; t < 16; t++) refuse_unless(t < 8 ? sizes.rows[t] <= 16 && sizes.rowBytes[t] <= 64 : sizes.rows[t] + sizes.rowBytes[t] == 0);
  memset(&emulated_tiles, 0, sizeof emulated_tiles);
  emulated_tiles.sizes = sizes;
}
inline void release_tiles() { memset(&emulated_tiles, 0, sizeof emulated_tiles); }

inline void zero_tile(int t) {
  refuse_unless(rows_of(t) > 0);
  memset(emulated_tiles.data[t], 0, sizeof emulated_tiles.data[t]);
}
__attribute__((noinline)) static void load_tile(int t, const uint8_t* from, int64_t stride) {
  zero_tile(t);
  for (int r = 0; r < rows_of(t); r++) memcpy(emulated_tiles.data[t][r], from + r * stride, bytes_of(t));
}
__attribute__((noinline)) static void store_tile(int t, uint8_t* to, int64_t stride) {
  refuse_unless(rows_of(t) > 0);
  for (int r = 0; r < rows_of(t); r++) memcpy(to + r * stride, emulated_tiles.data[t][r], bytes_of(t));
}

inline void check_dot(int c, int a, int b) {
  refuse_unless(c != a && c != b && a != b && rows_of(c) > 0 && rows_of(c) == rows_of(a) && bytes_of(c) == bytes_of(b) && bytes_of(a) == 4 * rows_of(b));
}

__attribute__((noinline)) static void dot_s8(int c, int a, int b) {
  check_dot(c, a, b);
  for (int m = 0; m < rows_of(c); m++) {
    for (int n = 0; n < bytes_of(c) / 4; n++) {
      uint32_t sum;
      memcpy(&sum, &emulated_tiles.data[c][m][4 * n], 4);
      for (int k = 0; k < bytes_of(a); k++) {
        sum += (uint32_t)((int8_t)emulated_tiles.data[a][m][k] * (int8_t)emulated_tiles.data[b][k / 4][4 * n + k % 4]);
      }
      memcpy(&emulated_tiles.data[c][m][4 * n], &sum, 4);
    }
  }
}

// Products of even and of odd k are added apart, in order, each by a fused multiply-add that starts at zero; then the two
// sums, then C. To the nearest, denormal results and (of bf16) operands are zero. Lanes are columns.
template <bool F16>
__attribute__((noinline)) void dot_halves(int c, int a, int b) {
  const auto widened = [](__m256i halves) {
    return F16 ? _mm512_cvtph_ps(halves) : _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
  };
  const auto both = [&](const uint8_t* pairs, __m512& even, __m512& odd) {
    const __m512i x = _mm512_loadu_si512(pairs);
    even = widened(_mm512_cvtepi32_epi16(x));
    odd = widened(_mm512_cvtepi32_epi16(_mm512_srli_epi32(x, 16)));
  };
  for (int m = 0; m < rows_of(c); m++) {
    alignas(64) float row[2][16];
    __m512 even, odd, sums[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
    both(emulated_tiles.data[a][m], even, odd);
    _mm512_store_ps(row[0], even);
    _mm512_store_ps(row[1], odd);
    for (int k = 0; k < rows_of(b); k++) {
      both(emulated_tiles.data[b][k], even, odd);
      sums[0] = _mm512_fmadd_ps(_mm512_set1_ps(row[0][k]), even, sums[0]);
      sums[1] = _mm512_fmadd_ps(_mm512_set1_ps(row[1][k]), odd, sums[1]);
    }
    uint8_t* const to = emulated_tiles.data[c][m];
    _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), _mm512_add_ps(sums[0], sums[1])));
  }
}
template <bool F16>
inline void dot_halves_alone(int c, int a, int b) {
  check_dot(c, a, b);
  const DenormalsAreZero scope;
  dot_halves<F16>(c, a, b);
}

template <int T>
inline void tile_zero() {
  zero_tile(T);
}
template <int T>
inline void tile_load(const void* from, int64_t stride) {
  load_tile(T, (const uint8_t*)from, stride);
}
template <int T>
inline void tile_store(void* to, int64_t stride) {
  store_tile(T, (uint8_t*)to, stride);
}
template <int C, int A, int B>
inline void tile_dot_s8() {
  dot_s8(C, A, B);
}
template <int C, int A, int B>
inline void tile_dot_bf16() {
  dot_halves_alone<false>(C, A, B);
}
// VCVTPH2PS does not heed "denormals are zero", as TDPFP16PS does not.
template <int C, int A, int B>
inline void tile_dot_f16() {
  dot_halves_alone<true>(C, A, B);
}

}  // namespace engine::ENGINE_LEVEL
