// Integers in the lanes of AVX-512. With ENGINE_VNNI, products of bytes by vpdpbusd; with ENGINE_VNNI_EMULATED by
// what that instruction is defined to do, so that its level can be tested where it does not exist.
#pragma once
#include "avx512.h"

namespace engine::ENGINE_LEVEL {

// Rows whose sums stay in registers beside a run's codes.
constexpr int kRowsAtOnce = 8;

struct I {
  __m512i v;
};

inline I iload(const void* p) { return {_mm512_loadu_si512(p)}; }
inline void istore(void* p, I a) { _mm512_storeu_si512(p, a.v); }
inline I isplat(int32_t x) { return {_mm512_set1_epi32(x)}; }
inline I operator&(I a, I b) { return {_mm512_and_si512(a.v, b.v)}; }
inline I operator|(I a, I b) { return {_mm512_or_si512(a.v, b.v)}; }
inline I operator^(I a, I b) { return {_mm512_xor_si512(a.v, b.v)}; }
inline I operator+(I a, I b) { return {_mm512_add_epi32(a.v, b.v)}; }
inline I operator-(I a, I b) { return {_mm512_sub_epi32(a.v, b.v)}; }
inline I operator*(I a, I b) { return {_mm512_mullo_epi32(a.v, b.v)}; }
inline I imax(I a, I b) { return {_mm512_max_epi32(a.v, b.v)}; }
template <int N>
inline I shl(I a) {
  return {_mm512_slli_epi32(a.v, N)};
}
template <int N>
inline I shr(I a) {
  return {_mm512_srli_epi32(a.v, N)};
}
inline I shr(I a, int n) { return {_mm512_srl_epi32(a.v, _mm_cvtsi32_si128(n))}; }
// With the sign.
template <int N>
inline I sar(I a) {
  return {_mm512_srai_epi32(a.v, N)};
}
inline V to_float(I a) { return {_mm512_cvtepi32_ps(a.v)}; }
inline I to_int(V a) { return {_mm512_cvtps_epi32(a.v)}; }
inline I bits(V a) { return {_mm512_castps_si512(a.v)}; }
inline V from_bits(I a) { return {_mm512_castsi512_ps(a.v)}; }
inline int32_t sum(I a) { return _mm512_reduce_add_epi32(a.v); }
inline int32_t largest(I a) { return _mm512_reduce_max_epi32(a.v); }
// op over the lanes of each of four.
template <class Op>
inline __m128i fold_four(const I* a, Op op) {
  const __m512i ab = op(_mm512_unpacklo_epi32(a[0].v, a[1].v), _mm512_unpackhi_epi32(a[0].v, a[1].v));
  const __m512i cd = op(_mm512_unpacklo_epi32(a[2].v, a[3].v), _mm512_unpackhi_epi32(a[2].v, a[3].v));
  const __m512i four = op(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  const __m512i two = op(four, _mm512_shuffle_i64x2(four, four, 0x4e));
  return _mm512_castsi512_si128(op(two, _mm512_shuffle_i64x2(two, two, 0xb1)));
}
inline void four_sums(const I* a, int32_t* to) {
  _mm_storeu_si128((__m128i*)to, fold_four(a, [](__m512i x, __m512i y) { return _mm512_add_epi32(x, y); }));
}
inline void four_largest(const I* a, int32_t* to) {
  _mm_storeu_si128((__m128i*)to, fold_four(a, [](__m512i x, __m512i y) { return _mm512_max_epi32(x, y); }));
}
inline void store_s8(int8_t* p, I a) { _mm_storeu_si128((__m128i*)p, _mm512_cvtepi32_epi8(a.v)); }
inline I load_s8(const void* p) { return {_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i*)p))}; }
inline I load_u8(const void* p) { return {_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)p))}; }
// The low halves of each lane.
inline void store_u16(uint8_t* p, I a) { _mm256_storeu_si256((__m256i*)p, _mm512_cvtepi32_epi16(a.v)); }
// Four dwords of each of kLanes rows that lie `apart` bytes from one another: rows become lanes.
inline void rows_to_lanes(const uint8_t* from, int64_t apart, I* c) {
  __m512i z[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const auto row = [&](int r) __attribute__((always_inline)) { return _mm_loadu_si128((const __m128i*)(from + r * apart)); };
    z[i] = _mm512_castsi128_si512(row(i));
    z[i] = _mm512_inserti32x4(z[i], row(i + 4), 1);
    z[i] = _mm512_inserti32x4(z[i], row(i + 8), 2);
    z[i] = _mm512_inserti32x4(z[i], row(i + 12), 3);
  }
  const __m512i a = _mm512_unpacklo_epi32(z[0], z[1]), b = _mm512_unpacklo_epi32(z[2], z[3]);
  const __m512i d = _mm512_unpackhi_epi32(z[0], z[1]), e = _mm512_unpackhi_epi32(z[2], z[3]);
  c[0].v = _mm512_unpacklo_epi64(a, b);
  c[1].v = _mm512_unpackhi_epi64(a, b);
  c[2].v = _mm512_unpacklo_epi64(d, e);
  c[3].v = _mm512_unpackhi_epi64(d, e);
}
// table[b] for every byte b below 16.
inline I lookup(I bytes, const int8_t* table) {
  return {_mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i*)table)), bytes.v)};
}
inline I four(const int8_t* p) {
  int32_t x;
  memcpy(&x, p, 4);
  return isplat(x);
}

#if defined(ENGINE_VNNI)
inline __m512i dpbusd(__m512i sum, __m512i u, __m512i s) {
#if defined(ENGINE_VNNI_EMULATED)
  const __m512i even = _mm512_madd_epi16(_mm512_and_si512(u, _mm512_set1_epi16(255)), _mm512_srai_epi16(_mm512_slli_epi16(s, 8), 8));
  const __m512i odd = _mm512_madd_epi16(_mm512_srli_epi16(u, 8), _mm512_srai_epi16(s, 8));
  return _mm512_add_epi32(sum, _mm512_add_epi32(even, odd));
#else
  return _mm512_dpbusd_epi32(sum, u, s);
#endif
}

// Signed codes are multiplied as code + 128, and 128 · Σ a is taken off at the start.
constexpr int kSignedZero = 128;

// sum[r] += Σ_i c[i] · a[r][4 i … 4 i + 3] over N vectors of codes below 2^Bits; Bits 8: signed codes.
template <int Bits, int N, int R>
__attribute__((always_inline)) inline void dots(const I (&c)[N], const int8_t* const (&a)[R], I (&sum)[R]) {
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) {
    const __m512i u = Bits == 8 ? _mm512_xor_si512(c[i].v, _mm512_set1_epi8((char)0x80)) : c[i].v;
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) sum[r].v = dpbusd(sum[r].v, u, four(a[r] + 4 * i).v);
  }
}
#else
constexpr int kSignedZero = 0;

template <int Bits, int N, int R>
__attribute__((always_inline)) inline void dots(const I (&c)[N], const int8_t* const (&a)[R], I (&sum)[R]) {
  const __m512i ones = _mm512_set1_epi16(1);
  if constexpr (Bits == 8) {
#pragma GCC unroll 8
    for (int i = 0; i < N; i++) {
      const __m512i size = _mm512_abs_epi8(c[i].v);
      const __mmask64 below = _mm512_movepi8_mask(c[i].v);
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) {
        const __m512i s = four(a[r] + 4 * i).v;
        const __m512i turned = _mm512_mask_sub_epi8(s, below, _mm512_setzero_si512(), s);
        sum[r].v = _mm512_add_epi32(sum[r].v, _mm512_madd_epi16(_mm512_maddubs_epi16(size, turned), ones));
      }
    }
  } else {
    // Pairs of products of codes and of -127 … 127 that 16 bits hold the sum of.
    constexpr int kFit = 32767 / (2 * 127 * ((1 << Bits) - 1)), kRun = kFit < N ? kFit : N;
#pragma GCC unroll 8
    for (int i = 0; i < N; i += kRun) {
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) {
        __m512i pairs = _mm512_maddubs_epi16(c[i].v, four(a[r] + 4 * i).v);
        for (int j = 1; j < kRun && i + j < N; j++) {
          pairs = _mm512_add_epi16(pairs, _mm512_maddubs_epi16(c[i + j].v, four(a[r] + 4 * (i + j)).v));
        }
        sum[r].v = _mm512_add_epi32(sum[r].v, _mm512_madd_epi16(pairs, ones));
      }
    }
  }
}
#endif

}  // namespace engine::ENGINE_LEVEL
