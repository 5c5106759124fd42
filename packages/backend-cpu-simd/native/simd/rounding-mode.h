// To the nearest even, denormal operands and results as zero, until the end of a scope: the arithmetic of the instructions for
// bf16, whatever MXCSR says.
#pragma once
#include <immintrin.h>

namespace engine::ENGINE_LEVEL {

struct DenormalsAreZero {
  const unsigned before = _mm_getcsr();
  DenormalsAreZero() { _mm_setcsr(0x1f80 | 0x8040); }
  ~DenormalsAreZero() { _mm_setcsr(before); }
};

}  // namespace engine::ENGINE_LEVEL
