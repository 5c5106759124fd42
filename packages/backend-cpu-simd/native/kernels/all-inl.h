// Every kernel body over the vector type of ENGINE_LEVEL, and the level's table. Included once by each of
// scalar.cc, avx2.cc and avx512.cc, which are compiled for their instruction set: no templates of the
// standard library in here, or one compiled for AVX-512 might be linked for everyone.
#include "kernels.h"

// The order is that of use.
#include "shape-inl.h"
#include "math-inl.h"
#include "unary-inl.h"
#include "arithmetic-inl.h"
#include "reduce-inl.h"
#include "rms-norm-inl.h"
#include "rope-inl.h"
#include "layout-inl.h"
#include "dots-inl.h"
#include "product-inl.h"
#include "few-rows-inl.h"
#include "matmul-inl.h"
#include "append-inl.h"
#include "attention-rows-inl.h"
#include "attention-turns-inl.h"
#include "attention-segment-inl.h"
#include "attention-inl.h"
#include "routing-inl.h"
#include "expert-matmul-inl.h"
#include "short-conv-inl.h"
#include "delta-rule-inl.h"
#include "measure-inl.h"
#include "round-groups-inl.h"
#include "noise-inl.h"

namespace engine::ENGINE_LEVEL {

extern const Kernels kernels;
const Kernels kernels = {
#define X(op, name) name,
    ENGINE_KERNELS(X)
#undef X
    attention_join, attention_splits, exp_sum, noise, decode_values, read_bytes, multiply_add, round_groups, kTileOutputs,
};

}  // namespace engine::ENGINE_LEVEL
