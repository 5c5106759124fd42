// AMX that has tiles of f16 too: for float weights. Quantized ones are multiplied as in amx.cc.
#define ENGINE_LEVEL amx_fp16
#define ENGINE_F16_TILES
#include "../../simd/avx512-integers.h"
#include "../tiled-floats-inl.h"
