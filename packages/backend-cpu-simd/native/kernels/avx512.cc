#define ENGINE_LEVEL avx512
#include "../simd/avx512.h"
#include "all-inl.h"
