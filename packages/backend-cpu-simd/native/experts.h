// Single experts, read when rows are routed to them and kept in frames of memory by how often that happens.
#pragma once
#include "readers.h"

namespace engine {

// One weight of an expert; pieces [first, first + count). Weights of one bundle are an expert's, and share a frame.
struct ExpertUnit {
  int bundle, first, count;
};

struct ExpertCounters {
  uint64_t uses = 0, reads = 0;  // of weights of single experts
};

class Experts {
 public:
  // layers: of each bundle, in the order a step comes to them.
  Experts(Readers& readers, std::vector<Piece> pieces, std::vector<ExpertUnit> units, std::vector<int> layers, uint8_t* memory, uint64_t bytes,
          uint64_t frameBytes);
  int frames() const { return (int)held_.size(); }
  int units() const { return (int)units_.size(); }
  uint64_t frame_bytes() const { return frameBytes_; }
  // Whether a bundle has a frame already.
  bool held(int unit) const;
  // Waits until the units of `now` lie in their frames, of which there must be enough; those of `ahead` are read as far as
  // there are frames. True when `stop` ended the wait. Throws "io-failed"; a later step may try again.
  bool need(const std::vector<int>& now, const std::vector<int>& ahead, const std::function<bool()>& stop);
  // The frame of a unit that was needed, until the next call.
  uint8_t* at(int unit) const { return memory_ + frameBytes_ * bundles_[units_[unit].bundle].frame; }
  ExpertCounters counters() const;

 private:
  enum State { absent, reading, there };
  struct Bundle {
    int layer, frame;
    double score;    // uses, older ones counting less
    int64_t used;    // the sweep of its last use
    int64_t wanted;  // the call that last named it
    int reading;     // chunks on their way
  };
  struct Unit {
    State state;
    int left;
  };
  bool begin(int unit);
  int frame_for(int bundle);
  double score(const Bundle& bundle) const;
  void use(int bundle);
  void came(int unit, const std::string& why);

  Readers& readers_;
  const std::vector<Piece> pieces_;
  const std::vector<ExpertUnit> units_;
  const uint64_t frameBytes_;
  uint8_t* const memory_;
  int layers_ = 1;
  std::vector<Bundle> bundles_;
  std::vector<Unit> states_;
  std::vector<std::vector<int>> unitsOf_;
  std::vector<int> held_;  // the bundle in each frame, or -1
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  int64_t call_ = 0, sweep_ = 0;
  int layer_ = 0;
  std::string broken_;
  ExpertCounters counters_;
};

}  // namespace engine
