#include "levels.h"

#if defined(ENGINE_X86)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif
#if defined(ENGINE_ARM64) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(ENGINE_ARM64) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace engine {

namespace scalar {
extern const Kernels kernels;
extern const QuantizedKernels quantized;
}

static bool always() { return true; }

#if defined(ENGINE_X86)
namespace avx2 {
extern const Kernels kernels;
extern const QuantizedKernels quantized;
}
namespace avx512 {
extern const Kernels kernels;
extern const QuantizedKernels quantized;
}
namespace avx512vnni {
extern const QuantizedKernels quantized;
}
namespace avx512vnni_emulated {
extern const QuantizedKernels quantized;
}
#define ENGINE_WITH_BF16(level) \
  namespace level {             \
  extern const Bf16Kernels bf16; \
  }
ENGINE_WITH_BF16(avx512bf16)
ENGINE_WITH_BF16(avx512bf16_emulated)
ENGINE_WITH_BF16(amx)
ENGINE_WITH_BF16(amx_emulated)
ENGINE_WITH_BF16(amx_fp16)
ENGINE_WITH_BF16(amx_fp16_emulated)
namespace amx {
extern const TiledKernels tiled_quantized;
}
namespace amx_emulated {
extern const TiledKernels tiled_quantized;
}

static bool bits(unsigned value, unsigned mask) { return (value & mask) == mask; }

// Registers the operating system saves: bit 2 the upper halves of ymm, bits 5 to 7 those of AVX-512.
static unsigned saved_state() {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !bits(c, bit_OSXSAVE)) return 0;
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static bool has_avx2() {
  unsigned a, b, c, d, b7, c7, d7;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !__get_cpuid_count(7, 0, &a, &b7, &c7, &d7)) return false;
  return bits(saved_state(), 0x6) && bits(c, bit_AVX | bit_FMA | bit_F16C) && bits(b7, bit_AVX2);
}

static bool has_avx512() {
  unsigned a, b, c, d;
  if (!has_avx2() || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  return bits(saved_state(), 0xe6) && bits(b, bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL);
}

static bool has_avx512vnni() {
  unsigned a, b, c, d;
  return has_avx512() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && bits(c, bit_AVX512VNNI);
}

static bool has_avx512bf16() {
  unsigned a, b, c, d;
  constexpr unsigned kBf16 = 1 << 5;
  return has_avx512vnni() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && bits(a, kBf16);
}

// Linux gives a process room for tiles when it asks; bits 17 and 18 of the saved state are theirs.
static bool may_use_tiles() {
#if defined(__linux__)
  constexpr long kAskForState = 0x1023, kTiles = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return bits(saved_state(), 3u << 17) && syscall(SYS_arch_prctl, kAskForState, kTiles) == 0;
#else
  return false;
#endif
}

static bool has_amx() {
  unsigned a, b, c, d;
  constexpr unsigned kBf16 = 1u << 22, kTile = 1u << 24, kInt8 = 1u << 25;
  if (!has_avx512bf16() || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !bits(d, kBf16 | kTile | kInt8)) return false;
  // Palette 1: eight tiles of 16 rows of 64 bytes.
  if (!__get_cpuid_count(0x1d, 1, &a, &b, &c, &d) || b >> 16 < 8 || (b & 0xffff) < 64 || (c & 0xffff) < 16) return false;
  return may_use_tiles();
}

static bool has_amx_fp16() {
  unsigned a, b, c, d;
  constexpr unsigned kFp16 = 1u << 21;
  return has_amx() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && bits(a, kFp16);
}
#endif

#if defined(ENGINE_ARM64)
namespace neon {
extern const Kernels kernels;
extern const QuantizedKernels quantized;
}
namespace neon_dotprod {
extern const QuantizedKernels quantized;
}

static bool has_dotprod() {
#if defined(__linux__)
  constexpr unsigned long kDotprod = 1ul << 20;  // HWCAP_ASIMDDP
  return getauxval(AT_HWCAP) & kDotprod;
#elif defined(__APPLE__)
  int has = 0;
  size_t size = sizeof has;
  return sysctlbyname("hw.optional.arm.FEAT_DotProd", &has, &size, nullptr, 0) == 0 && has;
#else
  return false;
#endif
}
#endif

const Level levels[] = {
    {"scalar", &scalar::kernels, &scalar::quantized, nullptr, nullptr, always},
#if defined(ENGINE_X86)
    {"avx2", &avx2::kernels, &avx2::quantized, nullptr, nullptr, has_avx2},
    // Before the levels they stand for, so that none is ever the best one: they are there for tests.
    {"avx512vnni-emulated", &avx512::kernels, &avx512vnni_emulated::quantized, nullptr, nullptr, has_avx512},
    {"avx512bf16-emulated", &avx512::kernels, &avx512::quantized, &avx512bf16_emulated::bf16, nullptr, has_avx512},
    {"amx-emulated", &avx512::kernels, &avx512::quantized, &amx_emulated::bf16, &amx_emulated::tiled_quantized, has_avx512},
    {"amx-fp16-emulated", &avx512::kernels, &avx512::quantized, &amx_fp16_emulated::bf16, &amx_emulated::tiled_quantized, has_avx512},
    {"avx512", &avx512::kernels, &avx512::quantized, nullptr, nullptr, has_avx512},
    {"avx512vnni", &avx512::kernels, &avx512vnni::quantized, nullptr, nullptr, has_avx512vnni},
    {"avx512bf16", &avx512::kernels, &avx512vnni::quantized, &avx512bf16::bf16, nullptr, has_avx512bf16},
    {"amx", &avx512::kernels, &avx512vnni::quantized, &amx::bf16, &amx::tiled_quantized, has_amx},
    {"amx-fp16", &avx512::kernels, &avx512vnni::quantized, &amx_fp16::bf16, &amx::tiled_quantized, has_amx_fp16},
#endif
#if defined(ENGINE_ARM64)
    {"neon", &neon::kernels, &neon::quantized, nullptr, nullptr, always},
    {"neon-dotprod", &neon::kernels, &neon_dotprod::quantized, nullptr, nullptr, has_dotprod},
#endif
};
const int levelCount = sizeof levels / sizeof levels[0];

}  // namespace engine
