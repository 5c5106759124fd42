// The file amx-fp16.cc with its instructions written out.
#define ENGINE_LEVEL amx_fp16_emulated
#define ENGINE_AMX_EMULATED
#define ENGINE_F16_TILES
#include "../../simd/avx512-integers.h"
#include "../tiled-floats-inl.h"
