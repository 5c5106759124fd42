// The dispatch table: one entry per kernel, one table per instruction set. A level is a file that includes
// all-inl.h over its vector type; what has further instructions (VNNI, AMX) adds a file of those kernels, and a row in levels.cc.
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
  X("round-bf16", round_bf16)          \
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
  X("overlay", overlay)                \
  X("matmul", matmul)                  \
  X("append", append)                  \
  X("attention", attention)            \
  X("softcap", softcap)                \
  X("to-int", to_int)                  \
  X("top-k", top_k)                    \
  X("take", take)                      \
  X("expert-matmul", expert_matmul)    \
  X("short-conv", short_conv)          \
  X("delta-rule", delta_rule)

// Lines of values [count / columns, columns] as whole numbers of 4 or 8 bits that share a scale, an f16, `group` at a time.
struct RoundedGroups {
  const float* values;
  int64_t count, columns, group;
  int bits;
  const float* importance;  // of each column, or null
  uint8_t* packed;
  uint16_t* scale;
};

struct Kernels {
#define X(op, name) Kernel name;
  ENGINE_KERNELS(X)
#undef X
  // The second half of attention: joins its segments, after all threads are done with the first.
  Kernel attention_join;
  // Whether there is something to join.
  bool (*attention_splits)(const Call&, const Step&, const Share&);
  // Largest of n values, and the sum of e^(v - largest).
  void (*exp_sum)(const float* values, int64_t n, float* largest, float* sum);
  // Whether one of kNoisy values may get `least` or more with the noise of a key and counter; where it may, random words for all,
  // and what each cannot get above.
  bool (*noise)(const uint32_t* of, uint32_t counter, const float* values, float least, uint32_t* words, float* bounds);
  // n stored values as f32.
  void (*decode)(Type type, const void* from, int64_t n, float* to);
  // Reads every byte once, as fast as this level can: the limit that decode is measured against.
  uint32_t (*read)(const uint8_t* from, int64_t bytes);
  // Independent multiply-adds, and how many floating point operations they were.
  float (*multiply_add)(int64_t rounds, int64_t* flops);
  void (*round_groups)(const RoundedGroups& task);
  // Outputs of a product of float weights that go to a thread together.
  int64_t outputsTogether;
};

// Tokens that get noise together, and the most that a word may give.
constexpr int kNoisy = 64;
constexpr float kMostNoise = 22.9f;

// Rows of x and their depth that a thread packs for a matrix product, and the outputs whose sums it keeps beside them: together
// what a second-level cache of 512 KB has room for.
constexpr int64_t kPackedRows = 96;
constexpr int64_t kPackedDepth = 512;
constexpr int64_t kPackedOutputs = 512;
// Rows that meet float weights as they come from memory; more meet tiles of them.
constexpr int64_t kHeldRows = 8;
constexpr int64_t kMatmulScratch = 4 * kPackedRows * (kPackedDepth + 16 + kPackedOutputs);

// Bytes of scratch a thread needs for a few rows of this depth, packed.
constexpr int64_t held_scratch(int64_t depth) { return 4 * kHeldRows * (kPackedDepth + 16) * ((depth + kPackedDepth - 1) / kPackedDepth); }

// Products of float weights with numbers that bf16 holds, where a level has instructions for them.
struct Bf16Kernels {
  Kernel matmul, expertMatmul;
};

// Bytes of scratch a thread needs for them: rows of x as bf16, padded, and sums.
constexpr int64_t bf16_scratch(int64_t depth) { return 96 * 2 * (depth + 64) + 6 * 2048 + 64; }

// Queries that share the loads of a key, keys of one segment of the context, and places that are decoded to f32 at a
// time where many queries see them.
constexpr int kQueries = 32;
constexpr int kSegment = 256;
constexpr int kStaged = 2 * kRun;

// Bytes of scratch a thread needs for an attention over these sizes.
constexpr int64_t attention_scratch(int64_t keyDim, int64_t valueDim, int64_t group) {
  const int64_t queries = group > kQueries ? group : kQueries;
  return 4 * (queries * (keyDim + 16 + kSegment + 2 * (valueDim + 16) + 4) + kStaged * (keyDim > valueDim ? keyDim : valueDim));
}

// Rows of one expert that are multiplied together, and the taps a short convolution may have.
constexpr int64_t kExpertRows = 96;
constexpr int kMostTaps = 64;

// Further bytes for keys that are turned when they are read.
constexpr int64_t turns_scratch(int64_t keyDim) { return 8 * 2 * keyDim + 4 * keyDim * (kRun + 1); }

// Bytes of scratch a thread needs to group `routed` rows by expert and to hold some of them side by side.
constexpr int64_t expert_scratch(int64_t routed, int64_t experts, int64_t depth) {
  return 4 * (routed + experts + 1 + 16 + kExpertRows * depth);
}

}  // namespace engine
