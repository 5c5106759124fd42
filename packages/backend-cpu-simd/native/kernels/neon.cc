#define ENGINE_LEVEL neon
#include "../simd/neon.h"
#include "all-inl.h"
