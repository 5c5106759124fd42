// The last op, as core/src/select.ts defines it: adjust, mask, divide by temperature, add Gumbel noise, take
// the top, and two log-sum-exps. Rows are cut into chunks of ids; chunks are independent and joined in order.
#pragma once
#include "plan.h"

namespace engine {

constexpr int32_t kChunk = 4096;
constexpr int64_t kSelectScratch = 2 * kChunk * 4;

// An id that may be drawn: its final logit, and that with its noise.
struct Candidate {
  float key, value;
  int32_t id;
};

struct SelectRows {
  const Select& select;
  const int32_t rows, vocab;
  const float* logits;
  StepResult& result;
  const Kernels& kernels;
  const int threads;

  // Largest value and Σ e^(value − largest), of a chunk's raw and final logits.
  struct Part {
    float top[2], sum[2];
  };
  std::vector<Part> parts{};
  // The best candidates of each row among the chunks of a thread, [threads][rows]: heaps, the worst in front.
  std::vector<std::vector<Candidate>> best{};

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
  // Whether a row's logits get noise, and the most that is.
  bool noisy(int32_t row) const;
  float most_noise(int32_t row) const;
  // Adjusted, masked and tempered logits of a chunk.
  void tempered(int32_t row, int32_t chunk, int32_t n, float* into) const;
  // Puts those of n final logits, the first of them that of id `first`, in a heap that are among its best.
  void take(int32_t row, const float* values, int32_t first, int32_t n, std::vector<Candidate>& heap) const;
};

}  // namespace engine
