// Pairs of bf16: VDPBF16PS, or with ENGINE_BF16_EMULATED what Intel documents it to do.
#pragma once
#include "avx512.h"
#include "rounding-mode.h"

namespace engine::ENGINE_LEVEL {

// Sixteen pairs of bf16.
struct Pairs {
  __m512i v;
};
inline Pairs load_pairs(const void* p) { return {_mm512_loadu_si512(p)}; }
// The first n halves of it, 0 in the others.
inline Pairs load_pairs(const void* p, int n) { return {_mm512_maskz_loadu_epi16((__mmask32)((1ull << n) - 1), p)}; }

#if defined(ENGINE_BF16_EMULATED)
// The odd product is added first, then the even one, each by a fused multiply-add to the nearest; denormals are zero.
__attribute__((noinline)) static V dot_pairs(V sum, Pairs a, Pairs b) {
  const DenormalsAreZero scope;
  // Volatile: nothing is computed before the scope begins, or after it ends.
  const volatile __m512i x = a.v, y = b.v;
  const volatile __m512 c = sum.v;
  const __m512i high = _mm512_set1_epi32((int)0xffff0000), p = x, q = y;
  const auto odd = [&](__m512i v) { return _mm512_castsi512_ps(_mm512_and_si512(v, high)); };
  const auto even = [&](__m512i v) { return _mm512_castsi512_ps(_mm512_slli_epi32(v, 16)); };
  const volatile __m512 result = _mm512_fmadd_ps(even(p), even(q), _mm512_fmadd_ps(odd(p), odd(q), c));
  return {result};
}
#else
inline V dot_pairs(V sum, Pairs a, Pairs b) { return {_mm512_dpbf16_ps(sum.v, (__m512bh)a.v, (__m512bh)b.v)}; }
#endif

}  // namespace engine::ENGINE_LEVEL
