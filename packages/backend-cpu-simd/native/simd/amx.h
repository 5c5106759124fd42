// Tiles of AMX: eight registers of 16 rows of 64 bytes. Each thread says their sizes before it uses them, and gives them
// back. The instructions are written as text: g++ 12 declares the configuration an intrinsic reads as 8 bytes long, and
// drops what was stored behind them. With ENGINE_AMX_EMULATED the same functions do in plain code what Intel documents the
// instructions to do (tiles-emulated.h), so that what is built on them can be tested where they do not exist.
#pragma once
#include <stdint.h>
#include <string.h>

#include "avx512.h"

namespace engine::ENGINE_LEVEL {

// What LDTILECFG reads.
struct alignas(64) TileSizes {
  uint8_t palette, startRow, unused[14];
  uint16_t rowBytes[16];
  uint8_t rows[16];
};
static_assert(sizeof(TileSizes) == 64);

constexpr int kTileHeight = 16, kTileBytes = 64;

#if defined(ENGINE_AMX_EMULATED)
}  // namespace engine::ENGINE_LEVEL
#include "tiles-emulated.h"
namespace engine::ENGINE_LEVEL {
#else
inline void configure_tiles(const TileSizes& sizes) { __asm__ volatile("ldtilecfg %0" : : "m"(sizes)); }
inline void release_tiles() { __asm__ volatile("tilerelease"); }

template <int T>
inline void tile_zero() {
  __asm__ volatile("tilezero %%tmm%c0" : : "i"(T));
}
// Rows that lie `stride` bytes apart.
template <int T>
inline void tile_load(const void* from, int64_t stride) {
  __asm__ volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(T) : "memory");
}
template <int T>
inline void tile_store(void* to, int64_t stride) {
  __asm__ volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(stride), "i"(T) : "memory");
}
// C[m][n] += Σ A[m][k] · B[k / w][w · n + k % w]: bytes with signs as i32, w 4; bf16 or f16 as f32, w 2.
template <int C, int A, int B>
inline void tile_dot_s8() {
  __asm__ volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(C), "i"(A), "i"(B));
}
template <int C, int A, int B>
inline void tile_dot_bf16() {
  __asm__ volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(C), "i"(A), "i"(B));
}
// TDPFP16PS by its bytes: assemblers before binutils 2.40 do not know its name.
template <int C, int A, int B>
inline void tile_dot_f16() {
  __asm__ volatile(".byte 0xc4, 0xe2, %c0, 0x5c, %c1" : : "i"((15 - B) << 3 | 3), "i"(0xc0 | C << 3 | A));
}
#endif

// The tiles of a scope: 0 to 3 are C of 16 rows of 16 numbers, 4 and 5 A of 16 rows, 6 and 7 B of 16 columns, where A's rows
// and B's columns have `bytes` bytes.
struct Tiles {
  explicit Tiles(int bytes) {
    TileSizes sizes{};
    sizes.palette = 1;
    for (int t = 0; t < 8; t++) {
      sizes.rowBytes[t] = (uint16_t)(t == 4 || t == 5 ? bytes : kTileBytes);
      sizes.rows[t] = (uint8_t)(t < 6 ? kTileHeight : bytes / 4);
    }
    configure_tiles(sizes);
  }
  ~Tiles() { release_tiles(); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
};

}  // namespace engine::ENGINE_LEVEL
