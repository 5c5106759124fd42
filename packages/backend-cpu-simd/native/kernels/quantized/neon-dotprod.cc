// NEON with the dot products of bytes that ARMv8.2 may have.
#define ENGINE_LEVEL neon_dotprod
#define ENGINE_DOTPROD
#include "../../simd/neon-integers.h"
#include "../quantized-all-inl.h"
