#include "../../simd/avx2-integers.h"
#define ENGINE_LEVEL avx2
#include "../quantized-all-inl.h"
