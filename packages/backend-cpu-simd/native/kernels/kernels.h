// The dispatch table: one entry per kernel, one table per instruction set. A level is a file that includes
// all-inl.h over its vector type; VNNI, AMX or NEON join as further files and rows in levels.cc.
#pragma once
#include "../tensor.h"

namespace engine {

// Name of the op, and of its kernel.
#define ENGINE_KERNELS(X)              \
  X("add", add)                        \
  X("sub", sub)                        \
  X("mul", mul)                        \
  X("div", div)                        \
  X("max", max)                        \
  X("greater", greater)                \
  X("exp", exp)                        \
  X("log", log)                        \
  X("rsqrt", rsqrt)                    \
  X("tanh", tanh)                      \
  X("sin", sin)                        \
  X("cos", cos)                        \
  X("floor", floor)                    \
  X("cast", cast)                      \
  X("sigmoid", sigmoid)                \
  X("silu", silu)                      \
  X("gelu-tanh", gelu_tanh)            \
  X("silu-mul", silu_mul)              \
  X("sum", sum)                        \
  X("reduce-max", reduce_max)          \
  X("softmax", softmax)                \
  X("rms-norm", rms_norm)              \
  X("rope", rope)                      \
  X("slice", slice)                    \
  X("concat", concat)                  \
  X("gather", gather)                  \
  X("wanted", wanted)                  \
  X("matmul", matmul)                  \
  X("append", append)                  \
  X("attention", attention)

struct Kernels {
#define X(op, name) Kernel name;
  ENGINE_KERNELS(X)
#undef X
  // The second half of attention: joins its segments, after all threads are done with the first.
  Kernel attention_join;
  // Largest of n values, and the sum of e^(v - largest).
  void (*exp_sum)(const float* values, int64_t n, float* largest, float* sum);
  // n stored values as f32.
  void (*decode)(Type type, const void* from, int64_t n, float* to);
  // Reads every byte once, as fast as this level can: the limit that decode is measured against.
  uint32_t (*read)(const uint8_t* from, int64_t bytes);
  // Independent multiply-adds, `rounds` times kFlopsPerRound floating point operations.
  float (*multiply_add)(int64_t rounds, int64_t* flops);
};

// Queries that share the loads of a key, and keys of one segment of the context.
constexpr int kQueries = 32;
constexpr int kSegment = 256;

// Bytes of scratch a thread needs for an attention over these sizes.
constexpr int64_t attention_scratch(int64_t keyDim, int64_t valueDim, int64_t group) {
  const int64_t queries = group > kQueries ? group : kQueries;
  return 4 * queries * (keyDim + 16 + kSegment + 2 * (valueDim + 16) + 4);
}

}  // namespace engine
