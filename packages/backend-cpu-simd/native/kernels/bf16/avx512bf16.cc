#define ENGINE_LEVEL avx512bf16
#include "../../simd/avx512-bf16.h"
#include "../matmul-bf16-inl.h"
