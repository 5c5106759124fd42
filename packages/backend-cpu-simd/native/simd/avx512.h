// AVX-512 F, BW, DQ, VL: sixteen lanes, masked tails. Its levels are more than one: ENGINE_LEVEL names the namespace.
#pragma once
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "../tensor.h"

namespace engine::ENGINE_LEVEL {

constexpr int kLanes = 16;
constexpr int kTileRows = 3;
constexpr int kTileOutputs = 8;
// Sums of a few rows with some outputs that stay in registers, beside what they are made of.
constexpr int kHeldSums = 24;
// Queries and runs of places whose scores are worked on together.
constexpr int kScoreRows = 8;
constexpr int kScoreRuns = 2;
constexpr int kValueRows = 4;

struct V {
  __m512 v;
};
struct M {
  __mmask16 m;
};

inline V splat(float x) { return {_mm512_set1_ps(x)}; }
inline V zero() { return {_mm512_setzero_ps()}; }
inline V operator+(V a, V b) { return {_mm512_add_ps(a.v, b.v)}; }
inline V operator-(V a, V b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline V operator*(V a, V b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline V operator/(V a, V b) { return {_mm512_div_ps(a.v, b.v)}; }
inline V fma(V a, V b, V c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
// The second operand where either is NaN.
inline V min(V a, V b) { return {_mm512_min_ps(a.v, b.v)}; }
inline V max(V a, V b) { return {_mm512_max_ps(a.v, b.v)}; }
inline V sqrt(V a) { return {_mm512_sqrt_ps(a.v)}; }
inline V floor(V a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)}; }
inline V abs(V a) { return {_mm512_abs_ps(a.v)}; }

// 2^n for whole n from -126 to 127.
inline V pow2(V n) {
  const __m512i biased = _mm512_add_epi32(_mm512_cvttps_epi32(n.v), _mm512_set1_epi32(127));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(biased, 23))};
}

inline M greater(V a, V b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
inline M is_nan(V a) { return {_mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q)}; }
inline V select(M m, V yes, V no) { return {_mm512_mask_blend_ps(m.m, no.v, yes.v)}; }

// Lanes i and i + half are added, until one is left.
inline float sum(V a) {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float largest(V a) { return _mm512_reduce_max_ps(a.v); }

inline __m512 fold(__m512 a, __m512 b) {
  return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
}
inline __m512 fold_again(__m512 a, __m512 b) {
  return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
}
// sum() of kTileOutputs vectors: the same additions, eight vectors at a time.
inline void sums(const V* a, float* out) {
  const __m512 front = fold_again(fold(a[0].v, a[1].v), fold(a[2].v, a[3].v));
  const __m512 back = fold_again(fold(a[4].v, a[5].v), fold(a[6].v, a[7].v));
  const __m512d f = _mm512_castps_pd(front), b = _mm512_castps_pd(back);
  const __m512 two = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(f, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(f, b)));
  const __m512 one = _mm512_add_ps(two, _mm512_movehdup_ps(two));
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 2, 6, 10, 14, 0, 0, 0, 0, 0, 0, 0, 0);
  _mm256_storeu_ps(out, _mm512_castps512_ps256(_mm512_permutexvar_ps(order, one)));
}

inline __mmask16 first_lanes(int n) { return (__mmask16)((1u << n) - 1); }

inline V widen(__m256i bits, Bf16) {
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16))};
}
inline V widen(__m256i bits, F16) { return {_mm512_cvtph_ps(bits)}; }
inline V widen(__m128i codes) { return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(codes))}; }

inline V load(const float* p) { return {_mm512_loadu_ps(p)}; }
template <class T>
inline V load(const T* p) {
  return widen(_mm256_loadu_si256((const __m256i*)p), T{});
}
inline V load(const Int8* p) { return widen(_mm_loadu_si128((const __m128i*)p)); }
// The first n lanes, 0 in the others.
inline V load(const Int8* p, int n) { return widen(_mm_maskz_loadu_epi8(first_lanes(n), p)); }
inline V load(const float* p, int n) { return {_mm512_maskz_loadu_ps(first_lanes(n), p)}; }
template <class T>
inline V load(const T* p, int n) {
  return widen(_mm256_maskz_loadu_epi16(first_lanes(n), p), T{});
}
inline void store(float* p, V a) { _mm512_storeu_ps(p, a.v); }
inline void store(float* p, V a, int n) { _mm512_mask_storeu_ps(p, first_lanes(n), a.v); }
inline void store(F16* p, V a, int n) {
  _mm256_mask_storeu_epi16(p, first_lanes(n), _mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT));
}
inline void store(Bf16* p, V a, int n) {
  const __m512i bits = _mm512_castps_si512(a.v);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff))), 16);
  rounded = _mm512_mask_mov_epi32(rounded, is_nan(a).m, _mm512_set1_epi32(0x7fc0));
  _mm256_mask_storeu_epi16(p, first_lanes(n), _mm512_cvtepi32_epi16(rounded));
}
// To the nearest whole number, half to even; from -128 to 127.
inline void store(Int8* p, V a, int n) {
  _mm_mask_storeu_epi8(p, first_lanes(n), _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(a.v)));
}
inline V load_i32(const int32_t* p, int n) {
  return {_mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(first_lanes(n), p))};
}

// Stays in a register: g++ would load it again for every use, and loads are what tiles save.
inline void keep(V& a) { __asm__("" : "+v"(a.v)); }

// Not inlined at once, g++ takes a call of it for one without effect and leaves it out.
__attribute__((always_inline)) inline void prefetch(const void* p) { _mm_prefetch((const char*)p, _MM_HINT_T0); }

}  // namespace engine::ENGINE_LEVEL
