// The last op, as core/src/select.ts defines it: adjust, mask, divide by temperature, add Gumbel noise, take
// the top, and two log-sum-exps. Rows are cut into chunks of ids; chunks are independent and joined in order.
#pragma once
#include "plan.h"

namespace engine {

constexpr int32_t kChunk = 4096;
constexpr int64_t kSelectScratch = 2 * kChunk * 4;

struct SelectRows {
  const Select& select;
  const int32_t rows, vocab;
  const float* logits;
  StepResult& result;
  const Kernels& kernels;

  // Largest value and Σ e^(value − largest), of a chunk's raw and final logits.
  struct Part {
    float top[2], sum[2];
  };
  std::vector<Part> parts{};

  // How many candidates a row has: `top`, at most the vocabulary.
  int32_t count() const { return select.top < vocab ? select.top : vocab; }
  void prepare();
  // All chunks of all rows, shared by the threads.
  void chunks(const Share& share);
  // Top and log-sum-exp of each row, after all chunks are done.
  void finish(const Share& share);

 private:
  int32_t chunkCount() const { return (vocab + kChunk - 1) / kChunk; }
  // Whether nothing changes the logits of a row.
  bool raw(int32_t row) const;
  // Adjusted, masked and tempered logits of a chunk; returns how many.
  int32_t tempered(int32_t row, int32_t chunk, float* into) const;
  void take(int32_t row, float* scratch);
};

}  // namespace engine
