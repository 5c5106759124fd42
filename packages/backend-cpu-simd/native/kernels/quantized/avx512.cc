#define ENGINE_LEVEL avx512
#include "../../simd/avx512-integers.h"
#include "../quantized-all-inl.h"
