// A program ready to run on one device: a list of kernel calls over fixed addresses.
#pragma once
#include <deque>
#include <functional>

#include "mapped-rows.h"
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
  int32_t unit;     // of the experts; the offset is that in its frame. Or -1
  // For what looks up single rows: the table that reads them, and which of its rows is the first; or -1.
  int32_t table;
  int64_t tableBegin;
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
};

// An expert product whose weights are read when rows are routed to them.
struct RoutedCall {
  struct Expert {
    int unit;         // or -1: it stays in memory
    uint64_t offset;  // in its frame
    Operand* weight;
    // What the kernel knows it by.
    Type type;
    const Encoding* encoding;
    // Null: the kernel leaves this expert out of a pass.
    void lie(uint8_t* data) const;
  };
  int32_t by;  // the node of the ids
  Operand ids;
  std::vector<Expert> experts;
  // Those of the same ids that come after it.
  std::vector<int> followers;
};

// A lookup in a table that is read row by row: the kernel finds rows by their slots.
struct LookUp {
  int table;
  int64_t begin, limit;  // first of the table's rows that is meant, and how many are
  Operand ids;
  bool early;  // ids are the step's own tokens: asked for when it begins
  Operand* rows;
  QuantizedWeight* weight;  // null for floats
  std::vector<int32_t> wanted, slots;
};

struct PlannedCall {
  Call call;
  bool barrier;  // wait for all threads before it: it touches what an earlier call writes or reads
  // A product whose rows no earlier one has rounded: threads share that, and meet again.
  Kernel round = nullptr;
  // Segments of the stream it reads; -1: none.
  int32_t firstSegment = -1, lastSegment = -1;
  int32_t routed = -1, lookUp = -1;
  bool reads() const { return firstSegment >= 0 || routed >= 0 || lookUp >= 0; }
};

// A call of a step of one row, as one thread makes it.
struct OneRowCall {
  Call call;
  bool barrier;
  bool own;    // the whole of it; else its part
  bool joins;  // left out, with its barrier, where a context was not split
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
  friend class OneRow;
  void alive() const;
  // Deferred weights that lie in memory by now are used there.
  void settle();
  Step begin(const StepInput& input);
  // Waits for what a call reads from files, in a pass of it; true when `stop` ended that. Throws "io-failed".
  bool arrived(const PlannedCall& planned, const Step& step, int pass, const std::function<bool()>& stop);
  bool bring(const PlannedCall& planned, const Step& step, int pass, const std::function<bool()>& stop);
  bool route(const RoutedCall& call, const Step& step, int pass, const std::function<bool()>& stop);
  bool look_up(LookUp& one, const Step& step, const std::function<bool()>& stop);
  // Reads ahead what the step's own tokens look up, and then what its best candidates will.
  void ask(const Step& step);
  void ask_next(const SelectRows& select);
  // Runs all calls and the selection; true when `stop` ended it before.
  bool walk(const Step& step, SelectRows* select, const std::function<bool()>& stop);
  // A thread's part of all calls, or of a step of one row; true when `halts`, which waits for all threads, said so.
  template <class Halts>
  bool walk_calls(const Step& step, const Share& share, Halts&& halts) const;
  template <class Halts>
  bool walk_row(const Step& step, const Share& share, Halts&& halts) const;
  void deliver(const StepInput& input, const std::vector<bool>& asked, StepResult& result);

  std::vector<PlannedCall> calls_;
  std::vector<std::vector<OneRowCall>> oneRow_;  // of each thread; empty where steps of one row are like others
  std::vector<std::vector<Operand>> inputs_;
  std::vector<Operand> outputs_;
  int32_t logits_ = -1;
  int32_t lastRows_ = 0;
  std::vector<int32_t> cacheOf_;
  std::vector<CacheView> views_;
  std::vector<StateView> states_;
  size_t settled_ = 0;  // of the deferred weights
  int64_t work_ = 0;  // multiply-adds of one row in matrix products and recurrent states
  int64_t scratchBytes_ = 64;
  Memory arena_, ids_, scratch_, partials_, rounded_, rowMemory_;
  std::vector<Memory> kept_;
  std::deque<QuantizedWeight> quantized_;
  std::deque<int64_t> taken_;  // by products of a step
  std::vector<RoutedCall> routed_;
  std::deque<LookUp> lookUps_;
  std::deque<MappedRows> mappedRows_;
  std::vector<std::vector<int>> passes_;  // of the expert product at hand: which experts
};

}  // namespace engine
