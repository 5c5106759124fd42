// Integers in the four lanes of plain C++.
#pragma once
#include "scalar.h"

namespace engine::scalar {

// Rows whose sums stay in registers beside a run's codes.
constexpr int kRowsAtOnce = 2;

struct I {
  uint32_t v[4];
};

#define ENGINE_EACH(expression)                                \
  I r;                                                         \
  for (int i = 0; i < 4; i++) r.v[i] = (uint32_t)(expression); \
  return r

inline I iload(const void* p) {
  I r;
  memcpy(r.v, p, 16);
  return r;
}
inline void istore(void* p, I a) { memcpy(p, a.v, 16); }
inline I isplat(int32_t x) { ENGINE_EACH(x); }
inline I operator&(I a, I b) { ENGINE_EACH(a.v[i] & b.v[i]); }
inline I operator|(I a, I b) { ENGINE_EACH(a.v[i] | b.v[i]); }
inline I operator^(I a, I b) { ENGINE_EACH(a.v[i] ^ b.v[i]); }
inline I operator+(I a, I b) { ENGINE_EACH(a.v[i] + b.v[i]); }
inline I operator-(I a, I b) { ENGINE_EACH(a.v[i] - b.v[i]); }
inline I operator*(I a, I b) { ENGINE_EACH(a.v[i] * b.v[i]); }
inline I imax(I a, I b) { ENGINE_EACH((int32_t)a.v[i] > (int32_t)b.v[i] ? a.v[i] : b.v[i]); }
template <int N>
inline I shl(I a) {
  ENGINE_EACH(a.v[i] << N);
}
template <int N>
inline I shr(I a) {
  ENGINE_EACH(a.v[i] >> N);
}
inline I shr(I a, int n) { ENGINE_EACH(a.v[i] >> n); }
// With the sign.
template <int N>
inline I sar(I a) {
  ENGINE_EACH((int32_t)a.v[i] >> N);
}
// To the nearest, half to even; 0 for what is no number.
inline I to_int(V a) { ENGINE_EACH(a.v[i] == a.v[i] ? (int32_t)::nearbyintf(a.v[i]) : 0); }
inline I bits(V a) { ENGINE_EACH(float_to_bits(a.v[i])); }
inline I load_s8(const void* p) { ENGINE_EACH((int32_t)((const int8_t*)p)[i]); }
inline I load_u8(const void* p) { ENGINE_EACH(((const uint8_t*)p)[i]); }
// The low halves of each lane.
inline void store_u16(uint8_t* p, I a) {
  for (int i = 0; i < 4; i++) {
    const uint16_t low = (uint16_t)a.v[i];
    memcpy(p + 2 * i, &low, 2);
  }
}
// Four dwords of each of kLanes rows that lie `apart` bytes from one another: rows become lanes.
inline void rows_to_lanes(const uint8_t* from, int64_t apart, I* c) {
  for (int row = 0; row < 4; row++) {
    for (int i = 0; i < 4; i++) memcpy(&c[i].v[row], from + row * apart + 4 * i, 4);
  }
}
// table[b] for every byte b below 16.
inline I lookup(I bytes, const int8_t* table) {
  I r;
  uint8_t b[16];
  memcpy(b, bytes.v, 16);
  for (int i = 0; i < 16; i++) b[i] = (uint8_t)table[b[i] & 15];
  memcpy(r.v, b, 16);
  return r;
}
#undef ENGINE_EACH

inline V to_float(I a) { return {{(float)(int32_t)a.v[0], (float)(int32_t)a.v[1], (float)(int32_t)a.v[2], (float)(int32_t)a.v[3]}}; }
inline V from_bits(I a) {
  V r;
  memcpy(r.v, a.v, 16);
  return r;
}
inline int32_t sum(I a) { return (int32_t)(a.v[0] + a.v[1] + a.v[2] + a.v[3]); }
inline int32_t largest(I a) {
  int32_t most = (int32_t)a.v[0];
  for (int i = 1; i < 4; i++) most = (int32_t)a.v[i] > most ? (int32_t)a.v[i] : most;
  return most;
}
// Of each of four.
inline void four_sums(const I* a, int32_t* to) {
  for (int i = 0; i < 4; i++) to[i] = sum(a[i]);
}
inline void four_largest(const I* a, int32_t* to) {
  for (int i = 0; i < 4; i++) to[i] = largest(a[i]);
}
inline void store_s8(int8_t* p, I a) {
  for (int i = 0; i < 4; i++) p[i] = (int8_t)(int32_t)a.v[i];
}

constexpr int kSignedZero = 0;

// sum[r] += Σ_i c[i] · a[r][4 i … 4 i + 3] over N vectors of codes below 2^Bits; Bits 8: signed codes.
template <int Bits, int N, int R>
__attribute__((always_inline)) inline void dots(const I (&c)[N], const int8_t* const (&a)[R], I (&sum)[R]) {
  for (int i = 0; i < N; i++) {
    for (int lane = 0; lane < 4; lane++) {
      for (int b = 0; b < 4; b++) {
        const uint8_t byte = (uint8_t)(c[i].v[lane] >> (8 * b));
        const int32_t code = Bits == 8 ? (int8_t)byte : byte;
        for (int r = 0; r < R; r++) sum[r].v[lane] += (uint32_t)(code * a[r][4 * i + b]);
      }
    }
  }
}

}  // namespace engine::scalar
