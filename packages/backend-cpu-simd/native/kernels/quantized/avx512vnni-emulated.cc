// The level of avx512vnni.cc with its one instruction written out: its bits can be tested on any AVX-512 machine.
#define ENGINE_LEVEL avx512vnni_emulated
#define ENGINE_VNNI
#define ENGINE_VNNI_EMULATED
#include "../../simd/avx512-integers.h"
#include "../quantized-all-inl.h"
