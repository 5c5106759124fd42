#include "../simd/avx2.h"
#define ENGINE_LEVEL avx2
#include "all-inl.h"
