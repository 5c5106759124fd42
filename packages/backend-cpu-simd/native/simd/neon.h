// NEON of arm64 (any processor has it): four lanes. Its levels are more than one: ENGINE_LEVEL names the namespace.
#pragma once
#include <arm_neon.h>
#include <math.h>
#include <string.h>

#include "../tensor.h"

namespace engine::ENGINE_LEVEL {

constexpr int kLanes = 4;
constexpr int kTileRows = 4;
constexpr int kTileOutputs = 4;
// Sums of a few rows with some outputs that stay in registers, beside what they are made of.
constexpr int kHeldSums = 24;
// Queries and runs of places whose scores are worked on together.
constexpr int kScoreRows = 4;
constexpr int kScoreRuns = 1;
constexpr int kValueRows = 4;

struct V {
  float32x4_t v;
};
struct M {
  uint32x4_t m;
};

inline V splat(float x) { return {vdupq_n_f32(x)}; }
inline V zero() { return splat(0); }
inline V operator+(V a, V b) { return {vaddq_f32(a.v, b.v)}; }
inline V operator-(V a, V b) { return {vsubq_f32(a.v, b.v)}; }
inline V operator*(V a, V b) { return {vmulq_f32(a.v, b.v)}; }
inline V operator/(V a, V b) { return {vdivq_f32(a.v, b.v)}; }
inline V fma(V a, V b, V c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
// The second operand where either is NaN; the processor's own minimum would give NaN.
inline V min(V a, V b) { return {vbslq_f32(vcltq_f32(a.v, b.v), a.v, b.v)}; }
inline V max(V a, V b) { return {vbslq_f32(vcgtq_f32(a.v, b.v), a.v, b.v)}; }
inline V sqrt(V a) { return {vsqrtq_f32(a.v)}; }
inline V floor(V a) { return {vrndmq_f32(a.v)}; }
inline V abs(V a) { return {vabsq_f32(a.v)}; }

// 2^n for whole n from -126 to 127.
inline V pow2(V n) { return {vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtq_s32_f32(n.v), vdupq_n_s32(127)), 23))}; }

inline M greater(V a, V b) { return {vcgtq_f32(a.v, b.v)}; }
inline M is_nan(V a) { return {vmvnq_u32(vceqq_f32(a.v, a.v))}; }
inline V select(M m, V yes, V no) { return {vbslq_f32(m.m, yes.v, no.v)}; }

// Lanes i and i + half are added, until one is left.
inline float32x2_t halves(V a) { return vadd_f32(vget_low_f32(a.v), vget_high_f32(a.v)); }
inline float sum(V a) { return vpadds_f32(halves(a)); }
inline float largest(V a) { return vmaxvq_f32(a.v); }
// sum() of kTileOutputs vectors: the same additions, two vectors at a time.
inline void sums(const V* a, float* out) {
  vst1_f32(out, vpadd_f32(halves(a[0]), halves(a[1])));
  vst1_f32(out + 2, vpadd_f32(halves(a[2]), halves(a[3])));
}

inline V load(const float* p) { return {vld1q_f32(p)}; }
inline V load(const Bf16* p) { return {vreinterpretq_f32_u32(vshll_n_u16(vld1_u16((const uint16_t*)p), 16))}; }
inline V load(const F16* p) { return {vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16((const uint16_t*)p)))}; }
inline V load(const Int8* p) {
  uint32_t four;
  memcpy(&four, p, 4);
  const int16x8_t words = vmovl_s8(vcreate_s8(four));
  return {vcvtq_f32_s32(vmovl_s16(vget_low_s16(words)))};
}
// The first n lanes, 0 in the others.
template <class T>
inline V load(const T* p, int n) {
  T padded[kLanes] = {};
  memcpy((void*)padded, p, sizeof(T) * n);
  return load(padded);
}

inline void store(float* p, V a) { vst1q_f32(p, a.v); }
inline void store(float* p, V a, int n) {
  if (n == kLanes) return store(p, a);
  float lanes[kLanes];
  store(lanes, a);
  memcpy(p, lanes, sizeof(float) * n);
}
inline void store(F16* p, V a, int n) {
  const uint16x4_t half = vreinterpret_u16_f16(vcvt_f16_f32(a.v));
  memcpy((void*)p, &half, 2 * n);
}
inline void store(Bf16* p, V a, int n) {
  const uint32x4_t bits = vreinterpretq_u32_f32(a.v);
  const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  uint32x4_t rounded = vshrq_n_u32(vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff))), 16);
  rounded = vbslq_u32(is_nan(a).m, vdupq_n_u32(0x7fc0), rounded);
  const uint16x4_t half = vmovn_u32(rounded);
  memcpy((void*)p, &half, 2 * n);
}
// To the nearest whole number, half to even; from -128 to 127.
inline void store(Int8* p, V a, int n) {
  const int16x4_t words = vqmovn_s32(vcvtnq_s32_f32(a.v));
  const int8x8_t codes = vqmovn_s16(vcombine_s16(words, words));
  memcpy((void*)p, &codes, n);
}
inline V load_i32(const int32_t* p, int n) {
  int32_t padded[kLanes] = {};
  memcpy(padded, p, 4 * n);
  return {vcvtq_f32_s32(vld1q_s32(padded))};
}

// Stays in a register.
inline void keep(V& a) { __asm__("" : "+w"(a.v)); }

// Not inlined at once, g++ takes a call of it for one without effect and leaves it out.
__attribute__((always_inline)) inline void prefetch(const void* p) { __builtin_prefetch(p); }

}  // namespace engine::ENGINE_LEVEL
