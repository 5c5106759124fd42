#define ENGINE_LEVEL neon
#include "../../simd/neon-integers.h"
#include "../quantized-all-inl.h"
