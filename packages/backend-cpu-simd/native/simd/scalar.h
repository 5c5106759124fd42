// Four lanes of plain C++, for any machine. No fused multiply-add: every product is rounded.
#pragma once
#include <math.h>
#include <string.h>

#include "../tensor.h"

namespace engine::scalar {

constexpr int kLanes = 4;
constexpr int kTileRows = 2;
constexpr int kTileOutputs = 4;
// Sums of a few rows with some outputs that stay in registers, beside what they are made of.
constexpr int kHeldSums = 8;
// Queries and runs of places whose scores are worked on together.
constexpr int kScoreRows = 2;
constexpr int kScoreRuns = 1;
constexpr int kValueRows = 2;

struct V {
  float v[4];
};
struct M {
  bool m[4];
};

#define ENGINE_EACH(expression)                     \
  V r;                                              \
  for (int i = 0; i < 4; i++) r.v[i] = expression;  \
  return r

inline V splat(float x) { ENGINE_EACH(x); }
inline V zero() { return splat(0); }
inline V operator+(V a, V b) { ENGINE_EACH(a.v[i] + b.v[i]); }
inline V operator-(V a, V b) { ENGINE_EACH(a.v[i] - b.v[i]); }
inline V operator*(V a, V b) { ENGINE_EACH(a.v[i] * b.v[i]); }
inline V operator/(V a, V b) { ENGINE_EACH(a.v[i] / b.v[i]); }
inline V fma(V a, V b, V c) { ENGINE_EACH(a.v[i] * b.v[i] + c.v[i]); }
// The second operand where either is NaN, as the processors' own instructions do.
inline V min(V a, V b) { ENGINE_EACH(a.v[i] < b.v[i] ? a.v[i] : b.v[i]); }
inline V max(V a, V b) { ENGINE_EACH(a.v[i] > b.v[i] ? a.v[i] : b.v[i]); }
inline V sqrt(V a) { ENGINE_EACH(::sqrtf(a.v[i])); }
inline V floor(V a) { ENGINE_EACH(::floorf(a.v[i])); }
inline V abs(V a) { ENGINE_EACH(::fabsf(a.v[i])); }

inline float bits_to_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}
inline uint32_t float_to_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return bits;
}

// 2^n for whole n from -126 to 127.
inline V pow2(V n) { ENGINE_EACH(bits_to_float((uint32_t)((int32_t)n.v[i] + 127) << 23)); }

inline M greater(V a, V b) { return {{a.v[0] > b.v[0], a.v[1] > b.v[1], a.v[2] > b.v[2], a.v[3] > b.v[3]}}; }
inline M is_nan(V a) { return {{a.v[0] != a.v[0], a.v[1] != a.v[1], a.v[2] != a.v[2], a.v[3] != a.v[3]}}; }
inline V select(M m, V yes, V no) { ENGINE_EACH(m.m[i] ? yes.v[i] : no.v[i]); }

// Lanes i and i + half are added, until one is left.
inline float sum(V a) { return (a.v[0] + a.v[2]) + (a.v[1] + a.v[3]); }
inline float largest(V a) {
  const float x = a.v[0] > a.v[2] ? a.v[0] : a.v[2];
  const float y = a.v[1] > a.v[3] ? a.v[1] : a.v[3];
  return x > y ? x : y;
}
// sum() of kTileOutputs vectors.
inline void sums(const V* a, float* out) {
  for (int i = 0; i < kTileOutputs; i++) out[i] = sum(a[i]);
}

inline float decode(const void* p, float) {
  float x;
  memcpy(&x, p, 4);
  return x;
}
inline float decode(const void* p, Bf16) {
  uint16_t bits;
  memcpy(&bits, p, 2);
  return bits_to_float((uint32_t)bits << 16);
}
inline float decode(const void* p, F16) {
  uint16_t h;
  memcpy(&h, p, 2);
  const uint32_t sign = (uint32_t)(h & 0x8000) << 16;
  const uint32_t exponent = (h >> 10) & 31, fraction = h & 1023;
  if (exponent == 31) return bits_to_float(sign | 0x7f800000 | (fraction << 13));
  if (exponent) return bits_to_float(sign | ((exponent + 112) << 23) | (fraction << 13));
  const float small = (float)fraction * 0x1p-24f;
  return sign ? -small : small;
}

inline float decode(const void* p, Int8) { return *(const int8_t*)p; }

inline uint16_t to_f16(float x) {
  const uint32_t bits = float_to_bits(x), size = bits & 0x7fffffff;
  const uint16_t sign = (uint16_t)((bits >> 16) & 0x8000);
  if (size > 0x7f800000) return 0x7e00;
  if (size >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 the last bit is worth 2^-24: adding 0.5 leaves that many bits behind its own.
  if (size < 0x38800000) return sign | (uint16_t)(float_to_bits(bits_to_float(size) + 0.5f) - 0x3f000000);
  return sign | (uint16_t)((size - 0x38000000 + 0xfff + ((size >> 13) & 1)) >> 13);
}
inline uint16_t to_bf16(float x) {
  const uint32_t bits = float_to_bits(x);
  if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

template <class T>
inline V load(const T* p) {
  ENGINE_EACH(decode((const char*)p + i * sizeof(T), T{}));
}
// The first n lanes, 0 in the others.
template <class T>
inline V load(const T* p, int n) {
  ENGINE_EACH(i < n ? decode((const char*)p + i * sizeof(T), T{}) : 0.0f);
}
inline void store(float* p, V a, int n) { memcpy(p, a.v, 4 * n); }
inline void store(float* p, V a) { memcpy(p, a.v, 16); }
inline void store(F16* p, V a, int n) {
  for (int i = 0; i < n; i++) p[i].bits = to_f16(a.v[i]);
}
inline void store(Bf16* p, V a, int n) {
  for (int i = 0; i < n; i++) p[i].bits = to_bf16(a.v[i]);
}
// To the nearest whole number, half to even; from -128 to 127.
inline void store(Int8* p, V a, int n) {
  for (int i = 0; i < n; i++) p[i].code = (int8_t)::nearbyintf(a.v[i]);
}
inline V load_i32(const int32_t* p, int n) { ENGINE_EACH(i < n ? (float)p[i] : 0.0f); }

inline void keep(V&) {}

// Not inlined at once, g++ takes a call of it for one without effect and leaves it out.
__attribute__((always_inline)) inline void prefetch(const void* p) { __builtin_prefetch(p); }

#undef ENGINE_EACH

}  // namespace engine::scalar
