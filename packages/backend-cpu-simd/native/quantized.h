// Weights stored in blocks of integers and scales, as kernels see them. Plain data: included by files compiled
// for different instruction sets.
#pragma once
#include "tensor.h"

namespace engine {

// Outputs that a panel holds side by side: the layout kernels multiply, made once when a weight is copied.
constexpr int kPanel = 16;
constexpr int kMostParts = 2;

// Rows as a file stores them, in one part or two.
struct StoredRows {
  const uint8_t* part[kMostParts];
  int64_t rowBytes[kMostParts];
  int64_t rows, depth;
  int32_t group;  // inputs that share a scale, where the type leaves that open
};

struct Encoding;

struct QuantizedWeight {
  const Encoding* encoding;
  StoredRows rows;
  const uint8_t* panels;  // nullptr: only the rows as stored are there, and panels are made on the way
  int64_t begin;          // the operand's first row
};

// y[i] = x[i] · wᵀ for `rows` rows. With an order, the i-th is result order[i], whose x is row order[i] / shared.
struct QuantizedProduct {
  const QuantizedWeight* w;
  const float* x;
  float* y;
  const int32_t* order;
  int64_t shared, rows, depth, outputs;
};

// One storage type at one instruction set level.
struct Encoding {
  const char* name;
  int32_t parts;
  // Bytes of a stored row of a part, or -1 when no row of this depth can be stored.
  int64_t (*rowBytes)(int32_t part, int64_t depth, int32_t group);
  int64_t (*panelBytes)(int64_t depth);
  // kPanel rows from `row` on; what is behind the last row becomes 0.
  void (*pack)(const StoredRows&, int64_t row, uint8_t* panel);
  // A row as f32. `scratch` has room for a unit of the panel's layout.
  void (*decode)(const QuantizedWeight&, int64_t row, float* to, uint8_t* scratch);
  // This thread's outputs. Activations meet the weight as f32, or rounded to int8.
  void (*multiply)(const QuantizedProduct&, const Share&);
  void (*multiplyInt8)(const QuantizedProduct&, const Share&);
};

struct QuantizedKernels {
  const Encoding* encodings;
  int32_t count;
  Kernel matmul, gather, expertMatmul;
};

// Inputs of a panel are padded to a multiple of this at most.
constexpr int64_t kMostUnit = 256;

// Bytes of scratch a thread needs for a product of this depth: rows of x, and a panel made on the way.
constexpr int64_t kQuantizedRows = 96;
constexpr int64_t kRowBudget = 384 << 10;
constexpr int64_t padded(int64_t depth) { return (depth + kMostUnit - 1) / kMostUnit * kMostUnit; }
constexpr int64_t rows_at_once(int64_t rowBytes) {
  const int64_t fit = kRowBudget / rowBytes / 4 * 4;
  return fit < 8 ? 8 : fit > kQuantizedRows ? kQuantizedRows : fit;
}
constexpr int64_t quantized_scratch(int64_t depth) {
  const int64_t f32 = 4 * padded(depth) + 64, int8 = 2 * padded(depth) + 64;
  const int64_t a = rows_at_once(f32) * f32, b = rows_at_once(int8) * int8;
  // Two panels, of at most 1.5 bytes an input and output.
  return (a > b ? a : b) + 2 * padded(depth) * kPanel * 3 / 2 + 4096;
}

}  // namespace engine
