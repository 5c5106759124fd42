// Integers in the lanes of NEON. With ENGINE_DOTPROD, products of bytes by the dot product instructions of ARMv8.2.
#pragma once
#include "neon.h"

namespace engine::ENGINE_LEVEL {

// Rows whose sums stay in registers beside a run's codes.
constexpr int kRowsAtOnce = 4;

struct I {
  int32x4_t v;
};

inline I iload(const void* p) {
  I a;
  memcpy(&a.v, p, 16);
  return a;
}
inline void istore(void* p, I a) { memcpy(p, &a.v, 16); }
inline I isplat(int32_t x) { return {vdupq_n_s32(x)}; }
inline I operator&(I a, I b) { return {vandq_s32(a.v, b.v)}; }
inline I operator|(I a, I b) { return {vorrq_s32(a.v, b.v)}; }
inline I operator^(I a, I b) { return {veorq_s32(a.v, b.v)}; }
inline I operator+(I a, I b) { return {vaddq_s32(a.v, b.v)}; }
inline I operator-(I a, I b) { return {vsubq_s32(a.v, b.v)}; }
inline I operator*(I a, I b) { return {vmulq_s32(a.v, b.v)}; }
inline I imax(I a, I b) { return {vmaxq_s32(a.v, b.v)}; }
template <int N>
inline I shl(I a) {
  return {vshlq_n_s32(a.v, N)};
}
inline I shr(I a, int n) { return {vreinterpretq_s32_u32(vshlq_u32(vreinterpretq_u32_s32(a.v), vdupq_n_s32(-n)))}; }
// A shift by 0 has no instruction of its own.
template <int N>
inline I shr(I a) {
  if constexpr (N == 0) return a;
  else return {vreinterpretq_s32_u32(vshrq_n_u32(vreinterpretq_u32_s32(a.v), N))};
}
// With the sign.
template <int N>
inline I sar(I a) {
  if constexpr (N == 0) return a;
  else return {vshrq_n_s32(a.v, N)};
}
inline V to_float(I a) { return {vcvtq_f32_s32(a.v)}; }
// To the nearest, half to even; 0 for what is no number.
inline I to_int(V a) { return {vcvtnq_s32_f32(a.v)}; }
inline I bits(V a) { return {vreinterpretq_s32_f32(a.v)}; }
inline V from_bits(I a) { return {vreinterpretq_f32_s32(a.v)}; }
inline int32_t sum(I a) { return vaddvq_s32(a.v); }
inline int32_t largest(I a) { return vmaxvq_s32(a.v); }
// Of each of four.
inline void four_sums(const I* a, int32_t* to) {
  for (int i = 0; i < 4; i++) to[i] = sum(a[i]);
}
inline void four_largest(const I* a, int32_t* to) {
  for (int i = 0; i < 4; i++) to[i] = largest(a[i]);
}
inline void store_s8(int8_t* p, I a) {
  const int16x4_t words = vqmovn_s32(a.v);
  const int8x8_t codes = vqmovn_s16(vcombine_s16(words, words));
  memcpy(p, &codes, 4);
}
inline int8x8_t bytes_of(const void* p) {
  uint32_t four;
  memcpy(&four, p, 4);
  return vcreate_s8(four);
}
inline I load_s8(const void* p) { return {vmovl_s16(vget_low_s16(vmovl_s8(bytes_of(p))))}; }
inline I load_u8(const void* p) {
  const uint16x8_t words = vmovl_u8(vreinterpret_u8_s8(bytes_of(p)));
  return {vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(words)))};
}
// The low halves of each lane.
inline void store_u16(uint8_t* p, I a) {
  const int16x4_t low = vmovn_s32(a.v);
  memcpy(p, &low, 8);
}
// Four dwords of each of kLanes rows that lie `apart` bytes from one another: rows become lanes.
inline void rows_to_lanes(const uint8_t* from, int64_t apart, I* c) {
  const int32x4_t z[4] = {iload(from).v, iload(from + apart).v, iload(from + 2 * apart).v, iload(from + 3 * apart).v};
  const int64x2_t a = vreinterpretq_s64_s32(vtrn1q_s32(z[0], z[1])), b = vreinterpretq_s64_s32(vtrn1q_s32(z[2], z[3]));
  const int64x2_t d = vreinterpretq_s64_s32(vtrn2q_s32(z[0], z[1])), e = vreinterpretq_s64_s32(vtrn2q_s32(z[2], z[3]));
  c[0].v = vreinterpretq_s32_s64(vtrn1q_s64(a, b));
  c[1].v = vreinterpretq_s32_s64(vtrn1q_s64(d, e));
  c[2].v = vreinterpretq_s32_s64(vtrn2q_s64(a, b));
  c[3].v = vreinterpretq_s32_s64(vtrn2q_s64(d, e));
}
// table[b] for every byte b below 16.
inline I lookup(I bytes, const int8_t* table) {
  return {vreinterpretq_s32_s8(vqtbl1q_s8(vld1q_s8(table), vreinterpretq_u8_s32(bytes.v)))};
}

constexpr int kSignedZero = 0;

// The four products of bytes in each lane, added to sum. Codes are signed or below 2^7, and a is -127 to 127: two
// products fit 16 bits.
inline int32x4_t dot_four(int32x4_t sum, int8x16_t c, int8x16_t a) {
#if defined(ENGINE_DOTPROD)
  return vdotq_s32(sum, c, a);
#else
  const int16x8_t low = vmull_s8(vget_low_s8(c), vget_low_s8(a)), high = vmull_high_s8(c, a);
  return vpadalq_s16(sum, vpaddq_s16(low, high));
#endif
}

// sum[r] += Σ_i c[i] · a[r][4 i … 4 i + 3] over N vectors of codes below 2^Bits; Bits 8: signed codes.
template <int Bits, int N, int R>
__attribute__((always_inline)) inline void dots(const I (&c)[N], const int8_t* const (&a)[R], I (&sum)[R]) {
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) {
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      int32_t four;
      memcpy(&four, a[r] + 4 * i, 4);
      sum[r].v = dot_four(sum[r].v, vreinterpretq_s8_s32(c[i].v), vreinterpretq_s8_s32(vdupq_n_s32(four)));
    }
  }
}

}  // namespace engine::ENGINE_LEVEL
