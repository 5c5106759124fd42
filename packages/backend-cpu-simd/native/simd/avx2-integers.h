// Integers in the lanes of AVX2.
#pragma once
#include "avx2.h"

namespace engine::avx2 {

// Rows whose sums stay in registers beside a run's codes.
constexpr int kRowsAtOnce = 4;

struct I {
  __m256i v;
};

inline I iload(const void* p) { return {_mm256_loadu_si256((const __m256i*)p)}; }
inline void istore(void* p, I a) { _mm256_storeu_si256((__m256i*)p, a.v); }
inline I isplat(int32_t x) { return {_mm256_set1_epi32(x)}; }
inline I operator&(I a, I b) { return {_mm256_and_si256(a.v, b.v)}; }
inline I operator|(I a, I b) { return {_mm256_or_si256(a.v, b.v)}; }
inline I operator^(I a, I b) { return {_mm256_xor_si256(a.v, b.v)}; }
inline I operator+(I a, I b) { return {_mm256_add_epi32(a.v, b.v)}; }
inline I operator-(I a, I b) { return {_mm256_sub_epi32(a.v, b.v)}; }
inline I operator*(I a, I b) { return {_mm256_mullo_epi32(a.v, b.v)}; }
inline I imax(I a, I b) { return {_mm256_max_epi32(a.v, b.v)}; }
template <int N>
inline I shl(I a) {
  return {_mm256_slli_epi32(a.v, N)};
}
template <int N>
inline I shr(I a) {
  return {_mm256_srli_epi32(a.v, N)};
}
inline I shr(I a, int n) { return {_mm256_srl_epi32(a.v, _mm_cvtsi32_si128(n))}; }
// With the sign.
template <int N>
inline I sar(I a) {
  return {_mm256_srai_epi32(a.v, N)};
}
inline V to_float(I a) { return {_mm256_cvtepi32_ps(a.v)}; }
inline I to_int(V a) { return {_mm256_cvtps_epi32(a.v)}; }
inline I bits(V a) { return {_mm256_castps_si256(a.v)}; }
inline V from_bits(I a) { return {_mm256_castsi256_ps(a.v)}; }
inline int32_t sum(I a) {
  const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(a.v), _mm256_extracti128_si256(a.v, 1));
  const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
}
inline int32_t largest(I a) {
  const __m128i four = _mm_max_epi32(_mm256_castsi256_si128(a.v), _mm256_extracti128_si256(a.v, 1));
  const __m128i two = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return _mm_cvtsi128_si32(_mm_max_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
}
// Of each of four.
inline void four_sums(const I* a, int32_t* to) {
  for (int i = 0; i < 4; i++) to[i] = sum(a[i]);
}
inline void four_largest(const I* a, int32_t* to) {
  for (int i = 0; i < 4; i++) to[i] = largest(a[i]);
}
inline void store_s8(int8_t* p, I a) {
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(a.v), _mm256_extracti128_si256(a.v, 1));
  _mm_storel_epi64((__m128i*)p, _mm_packs_epi16(words, words));
}
inline I load_s8(const void* p) { return {_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i*)p))}; }
inline I load_u8(const void* p) { return {_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)p))}; }
// The low halves of each lane.
inline void store_u16(uint8_t* p, I a) {
  const __m256i low = _mm256_and_si256(a.v, _mm256_set1_epi32(0xffff));
  _mm_storeu_si128((__m128i*)p, _mm_packus_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1)));
}
// Four dwords of each of kLanes rows that lie `apart` bytes from one another: rows become lanes.
inline void rows_to_lanes(const uint8_t* from, int64_t apart, I* c) {
  __m256i z[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const auto row = [&](int r) __attribute__((always_inline)) { return _mm_loadu_si128((const __m128i*)(from + r * apart)); };
    z[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(row(i)), row(i + 4), 1);
  }
  const __m256i a = _mm256_unpacklo_epi32(z[0], z[1]), b = _mm256_unpacklo_epi32(z[2], z[3]);
  const __m256i d = _mm256_unpackhi_epi32(z[0], z[1]), e = _mm256_unpackhi_epi32(z[2], z[3]);
  c[0].v = _mm256_unpacklo_epi64(a, b);
  c[1].v = _mm256_unpackhi_epi64(a, b);
  c[2].v = _mm256_unpacklo_epi64(d, e);
  c[3].v = _mm256_unpackhi_epi64(d, e);
}
// table[b] for every byte b below 16.
inline I lookup(I bytes, const int8_t* table) {
  return {_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i*)table)), bytes.v)};
}
inline I four(const int8_t* p) {
  int32_t x;
  memcpy(&x, p, 4);
  return isplat(x);
}

constexpr int kSignedZero = 0;

// sum[r] += Σ_i c[i] · a[r][4 i … 4 i + 3] over N vectors of codes below 2^Bits; Bits 8: signed codes.
template <int Bits, int N, int R>
__attribute__((always_inline)) inline void dots(const I (&c)[N], const int8_t* const (&a)[R], I (&sum)[R]) {
  const __m256i ones = _mm256_set1_epi16(1);
  if constexpr (Bits == 8) {
#pragma GCC unroll 8
    for (int i = 0; i < N; i++) {
      const __m256i size = _mm256_abs_epi8(c[i].v);
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) {
        const __m256i turned = _mm256_sign_epi8(four(a[r] + 4 * i).v, c[i].v);
        sum[r].v = _mm256_add_epi32(sum[r].v, _mm256_madd_epi16(_mm256_maddubs_epi16(size, turned), ones));
      }
    }
  } else {
    // Pairs of products of codes and of -127 … 127 that 16 bits hold the sum of.
    constexpr int kFit = 32767 / (2 * 127 * ((1 << Bits) - 1)), kRun = kFit < N ? kFit : N;
#pragma GCC unroll 8
    for (int i = 0; i < N; i += kRun) {
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) {
        __m256i pairs = _mm256_maddubs_epi16(c[i].v, four(a[r] + 4 * i).v);
        for (int j = 1; j < kRun && i + j < N; j++) {
          pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(c[i + j].v, four(a[r] + 4 * (i + j)).v));
        }
        sum[r].v = _mm256_add_epi32(sum[r].v, _mm256_madd_epi16(pairs, ones));
      }
    }
  }
}

}  // namespace engine::avx2
