// Weights that do not stay: read from their files in the order a step uses them, ahead of the step and around from the
// last one to the next step's first; into a ring of memory, or into windows of mapped files.
#pragma once
#include <chrono>

#include "readers.h"

namespace engine {

// What is read and given up together; pieces [first, first + count).
struct StreamSegment {
  int first, count;
};

class Stream {
  using Clock = std::chrono::steady_clock;

 public:
  Stream(Readers& readers, std::vector<Piece> pieces, std::vector<StreamSegment> segments, uint8_t* ring, uint64_t ringBytes,
         uint64_t windowBytes);
  int size() const { return (int)segments_.size(); }
  // Whether segments first to last can lie in the ring together.
  bool fits(int first, int last) const;

  // Waits until segments `first` to `last` lie in their places; those before `first` in the cycle are given up.
  // True when `stop` ended the wait. Throws "io-failed"; a later step may try again.
  bool need(int first, int last, const std::function<bool()>& stop);
  // The step has ended: whatever it needed is given up, and the next step's first segments are read.
  void finish();

 private:
  // A segment on its way or in its place. `turn` counts segments over all sweeps.
  struct Active {
    int64_t turn;
    int left;  // chunks not read yet
    bool whole;  // none of them failed
  };
  void advance();  // takes up all segments whose places are free
  bool wanted(int64_t turn);
  void came(int64_t turn, const std::string& why);
  bool placeFree(int64_t turn) const;
  void giveUp(int64_t turn);
  bool lies(int64_t turn) const;
  bool overlap(int a, int b) const;
  std::string restart(std::unique_lock<std::mutex>& lock);
  void leave(const StreamSegment& segment);
  void drop();

  Readers& readers_;
  const std::vector<Piece> pieces_;
  const std::vector<StreamSegment> segments_;
  uint8_t* const ring_;
  std::vector<int> back_;  // how many turns before a segment the last one lies that shares its place
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Active> active_;  // turns done_ … next_ - 1, and given up ones still being read
  int64_t next_ = 0, done_ = 0;
  std::string broken_;  // why a read failed
  bool touched_ = false;  // whether this step needed anything
  // Windows are in the page cache: steps find them there themselves, which costs less than threads that look for them. So
  // long as no fault of the process waits for a disk.
  bool warm_ = false;
  int64_t faults_ = 0;
  uint64_t found_ = 0;  // bytes of windows taken up so since the last step
  Clock::time_point began_;
  const uint64_t windowBytes_;
  std::vector<int> left_;  // windows given up that are still the process's
  uint64_t leftBytes_ = 0;
};

}  // namespace engine
