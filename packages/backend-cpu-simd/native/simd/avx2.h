// AVX2 with FMA and F16C: eight lanes.
#pragma once
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "../tensor.h"

namespace engine::avx2 {

constexpr int kLanes = 8;
constexpr int kTileRows = 3;
constexpr int kTileOutputs = 4;
// Sums of a few rows with some outputs that stay in registers, beside what they are made of.
constexpr int kHeldSums = 12;
// Queries and runs of places whose scores are worked on together.
constexpr int kScoreRows = 4;
constexpr int kScoreRuns = 1;
constexpr int kValueRows = 2;

struct V {
  __m256 v;
};
struct M {
  __m256 m;
};

inline V splat(float x) { return {_mm256_set1_ps(x)}; }
inline V zero() { return {_mm256_setzero_ps()}; }
inline V operator+(V a, V b) { return {_mm256_add_ps(a.v, b.v)}; }
inline V operator-(V a, V b) { return {_mm256_sub_ps(a.v, b.v)}; }
inline V operator*(V a, V b) { return {_mm256_mul_ps(a.v, b.v)}; }
inline V operator/(V a, V b) { return {_mm256_div_ps(a.v, b.v)}; }
inline V fma(V a, V b, V c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
// The second operand where either is NaN.
inline V min(V a, V b) { return {_mm256_min_ps(a.v, b.v)}; }
inline V max(V a, V b) { return {_mm256_max_ps(a.v, b.v)}; }
inline V sqrt(V a) { return {_mm256_sqrt_ps(a.v)}; }
inline V floor(V a) { return {_mm256_floor_ps(a.v)}; }
inline V abs(V a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }

// 2^n for whole n from -126 to 127.
inline V pow2(V n) {
  const __m256i biased = _mm256_add_epi32(_mm256_cvttps_epi32(n.v), _mm256_set1_epi32(127));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(biased, 23))};
}

inline M greater(V a, V b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)}; }
inline M is_nan(V a) { return {_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)}; }
inline V select(M m, V yes, V no) { return {_mm256_blendv_ps(no.v, yes.v, m.m)}; }

// Lanes i and i + half are added, until one is left.
inline float sum(V a) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float largest(V a) {
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
// sum() of kTileOutputs vectors: the same additions, four vectors at a time.
inline void sums(const V* a, float* out) {
  const __m256 ab = _mm256_add_ps(_mm256_permute2f128_ps(a[0].v, a[1].v, 0x20), _mm256_permute2f128_ps(a[0].v, a[1].v, 0x31));
  const __m256 cd = _mm256_add_ps(_mm256_permute2f128_ps(a[2].v, a[3].v, 0x20), _mm256_permute2f128_ps(a[2].v, a[3].v, 0x31));
  // Lanes: a c | b d, two values left of each, then one.
  const __m256 two = _mm256_add_ps(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xee));
  const __m256 one = _mm256_add_ps(two, _mm256_movehdup_ps(two));
  const __m128 ac = _mm256_castps256_ps128(one), bd = _mm256_extractf128_ps(one, 1);
  _mm_storeu_ps(out, _mm_unpacklo_ps(_mm_shuffle_ps(ac, ac, 0x88), _mm_shuffle_ps(bd, bd, 0x88)));
}

inline __m256i first_lanes(int n) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), lane);
}

inline V load(const float* p) { return {_mm256_loadu_ps(p)}; }
inline V load(const Bf16* p) {
  const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i*)p));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(wide, 16))};
}
inline V load(const F16* p) { return {_mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)p))}; }
inline V load(const Int8* p) { return {_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i*)p)))}; }

// The first n lanes, 0 in the others.
inline V load(const float* p, int n) { return {_mm256_maskload_ps(p, first_lanes(n))}; }
template <class T>
inline V load(const T* p, int n) {
  alignas(16) T padded[8] = {};
  memcpy((void*)padded, p, sizeof(T) * n);
  return load(padded);
}
inline void store(float* p, V a) { _mm256_storeu_ps(p, a.v); }
inline void store(float* p, V a, int n) { _mm256_maskstore_ps(p, first_lanes(n), a.v); }
inline void store(F16* p, V a, int n) {
  const __m128i half = _mm256_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT);
  memcpy((void*)p, &half, 2 * n);
}
inline void store(Bf16* p, V a, int n) {
  const __m256i bits = _mm256_castps_si256(a.v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff))), 16);
  rounded = _mm256_blendv_epi8(rounded, _mm256_set1_epi32(0x7fc0), _mm256_castps_si256(is_nan(a).m));
  const __m128i half = _mm_packus_epi32(_mm256_castsi256_si128(rounded), _mm256_extracti128_si256(rounded, 1));
  memcpy((void*)p, &half, 2 * n);
}
// To the nearest whole number, half to even; from -128 to 127.
inline void store(Int8* p, V a, int n) {
  const __m256i whole = _mm256_cvtps_epi32(a.v);
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
  const __m128i codes = _mm_packs_epi16(words, words);
  memcpy((void*)p, &codes, n);
}
inline V load_i32(const int32_t* p, int n) {
  return {_mm256_cvtepi32_ps(_mm256_maskload_epi32(p, first_lanes(n)))};
}

// Stays in a register: g++ would load it again for every use, and loads are what tiles save.
inline void keep(V& a) { __asm__("" : "+x"(a.v)); }

// Not inlined at once, g++ takes a call of it for one without effect and leaves it out.
__attribute__((always_inline)) inline void prefetch(const void* p) { _mm_prefetch((const char*)p, _MM_HINT_T0); }

}  // namespace engine::avx2
