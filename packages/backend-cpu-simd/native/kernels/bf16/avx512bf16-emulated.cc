// The level of avx512bf16.cc with its one instruction written out: its bits can be tested on any AVX-512 machine.
#define ENGINE_LEVEL avx512bf16_emulated
#define ENGINE_BF16_EMULATED
#include "../../simd/avx512-bf16.h"
#include "../matmul-bf16-inl.h"
