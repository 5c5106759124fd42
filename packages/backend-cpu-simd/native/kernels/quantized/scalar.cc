#include "../../simd/scalar-integers.h"
#define ENGINE_LEVEL scalar
#include "../quantized-all-inl.h"
