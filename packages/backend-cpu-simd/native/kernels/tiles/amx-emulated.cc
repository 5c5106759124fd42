// The level of amx.cc with its instructions written out: its bits can be tested on any AVX-512 machine.
#define ENGINE_LEVEL amx_emulated
#define ENGINE_AMX_EMULATED
#include "../../simd/avx512-integers.h"
#include "../tiled-floats-inl.h"
#include "../tiled-quantized-inl.h"
