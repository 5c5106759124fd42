#define ENGINE_LEVEL avx512vnni
#define ENGINE_VNNI
#include "../../simd/avx512-integers.h"
#include "../quantized-all-inl.h"
