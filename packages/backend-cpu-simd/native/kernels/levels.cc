#include "levels.h"

#if defined(ENGINE_X86)
#include <cpuid.h>
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
    {"scalar", &scalar::kernels, &scalar::quantized, always},
#if defined(ENGINE_X86)
    {"avx2", &avx2::kernels, &avx2::quantized, has_avx2},
    // Before the level it stands for, so that it is never the best one: it is there for tests.
    {"avx512vnni-emulated", &avx512::kernels, &avx512vnni_emulated::quantized, has_avx512},
    {"avx512", &avx512::kernels, &avx512::quantized, has_avx512},
    {"avx512vnni", &avx512::kernels, &avx512vnni::quantized, has_avx512vnni},
#endif
#if defined(ENGINE_ARM64)
    {"neon", &neon::kernels, &neon::quantized, always},
    {"neon-dotprod", &neon::kernels, &neon_dotprod::quantized, has_dotprod},
#endif
};
const int levelCount = sizeof levels / sizeof levels[0];

}  // namespace engine
