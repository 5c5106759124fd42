#include "../simd/avx512.h"
#define ENGINE_LEVEL avx512
#include "all-inl.h"
