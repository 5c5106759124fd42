#include "../simd/scalar.h"
#define ENGINE_LEVEL scalar
#include "all-inl.h"
