// AMX with tiles of bytes and of bf16.
#define ENGINE_LEVEL amx
#include "../../simd/avx512-integers.h"
#include "../tiled-floats-inl.h"
#include "../tiled-quantized-inl.h"
