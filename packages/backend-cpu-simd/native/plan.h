// A program ready to run on one device: a list of kernel calls over fixed addresses.
#pragma once
#include <deque>
#include <functional>

#include "program.h"
#include "state.h"
#include "step-input.h"
#include "weights.h"

namespace engine {

struct SelectRows;

// Rows begin … end of a stored weight: where they lie, and as what.
struct WeightPlace {
  int32_t region;
  uint64_t offset, bytes;
  Type type;
  int32_t segment;  // of the stream that brings them, or -1
  // The same in their file, or as above: for what looks up single rows.
  int32_t tableRegion;
  uint64_t tableOffset;
};

// Of a weight in blocks, whose type is Type::quantized and above: which row of this, by what is above.
struct BlocksPlace {
  int32_t encoding;     // of the level's table
  bool panels;          // laid out in panels, as a whole; else the part's rows as stored, from the first wanted one on
  int64_t rows, begin;  // of the panels: how many rows, and the first wanted one
  int64_t depth;
  int32_t group;
  int32_t region;  // of the second part
  uint64_t offset;
  // The same for what looks up single rows.
  int32_t tableRegion;
  uint64_t tableOffset;
};

struct PlannedCall {
  Call call;
  bool barrier;  // wait for all threads before it: it touches what an earlier call writes or reads
  // Segments of the stream it reads; -1: none.
  int32_t firstSegment = -1, lastSegment = -1;
};

// What a step hands back besides its results in the plan's own memory.
struct StepResult {
  int32_t candidates = 0;  // of each row in ids and values
  std::vector<int32_t> ids;
  std::vector<float> values, lse;
  std::vector<std::vector<float>> tensors;  // by output; empty where not asked for
};

class Plan {
 public:
  Plan(std::shared_ptr<Weights> weights, std::shared_ptr<State> state, const std::vector<std::string>& ops, const Program& program,
       const std::vector<WeightPlace>& places, const std::vector<BlocksPlace>& blocks, const float* constants, size_t constantCount, const std::vector<int32_t>& caches,
       const std::vector<int32_t>& states);

  // On the captain's thread. `input` is checked already. Throws "aborted".
  void run(const StepInput& input, const std::vector<bool>& asked, StepResult& result, const std::atomic<bool>& abort);
  // Raw logits of a row of the last run.
  void logits(int32_t row, std::vector<float>& into) const;
  // Values of an output for the sizes of a step.
  int64_t output_size(size_t output, int64_t tokens, int64_t rows) const;

  Limits limits{};
  const std::shared_ptr<Weights> weights;
  const std::shared_ptr<State> state;
  int64_t bytes() const;
  bool released = false;
  void release();

 private:
  friend class Lowering;
  void alive() const;
  Step begin(const StepInput& input);
  // Waits for the weights a call streams; true when `stop` ended that. Throws "io-failed".
  bool arrived(const PlannedCall& planned, const Step& step, const std::function<bool()>& stop) const;
  // Runs all calls and the selection; true when `stop` ended it before.
  bool walk(const Step& step, SelectRows* select, const std::function<bool()>& stop);
  void deliver(const StepInput& input, const std::vector<bool>& asked, StepResult& result);

  std::vector<PlannedCall> calls_;
  std::vector<std::vector<Operand>> inputs_;
  std::vector<Operand> outputs_;
  int32_t logits_ = -1;
  int32_t lastRows_ = 0;
  std::vector<int32_t> cacheOf_;
  std::vector<CacheView> views_;
  std::vector<StateView> states_;
  int64_t work_ = 0;  // multiply-adds of one row in matrix products and recurrent states
  int64_t scratchBytes_ = 64;
  Memory arena_, ids_, scratch_, partials_;
  std::vector<Memory> kept_;
  std::deque<QuantizedWeight> quantized_;
};

}  // namespace engine
