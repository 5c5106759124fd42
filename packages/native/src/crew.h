// How many threads a step gets: all, or one. Little work is done sooner by one; and where other processes hold
// the cores, threads that wait for each other at every op lose to one alone. No number depends on it.
#pragma once
#include <algorithm>
#include <cstdint>

namespace engine {

class Crew {
 public:
  // All threads in every step: for tests of the threads themselves.
  bool always = false;

  // `work`: multiply-adds of the step's matrix products.
  bool alone(int64_t work) {
    if (always) return false;
    if (work < kLittle) return true;
    if (work > kMuch) return false;
    if (resting_ == 0) return false;
    resting_--;
    return true;
  }

  // After a step of all threads: nanoseconds they waited for each other, summed, how long the step took, and how much of that
  // the disk was waited for.
  void report(int64_t work, int64_t waited, int64_t took, int64_t stalled) {
    if (2 * waited < took - stalled) {
      rest_ = kRest;
      return;
    }
    resting_ = work > kLong ? kShortRest : rest_;
    if (work <= kLong) rest_ = std::min(2 * rest_, 16 * kRest);
    work_ = work;
    took_ = took;
  }

  // After a step alone. One that took longer than the same work of threads that waited shows that they were no worse: it
  // was a moment's disturbance, or ops so long that waiting does not matter.
  void report_alone(int64_t work, int64_t took) {
    if (work != work_ || took <= took_) return;
    resting_ = 0;
    rest_ = kRest;
  }

 private:
  // About 0.1 ms of one thread, some hundred times what waking the others costs.
  static constexpr int64_t kLittle = 1 << 20;
  // A prompt of a large model: its ops are long, so that a thread whose core is taken loses its own share at most. What
  // short steps met says nothing of it.
  static constexpr int64_t kMuch = (int64_t)1 << 34;
  // A token of half a billion weights: one thread alone loses as much in it as a disturbed step does, so that all are tried
  // again soon.
  static constexpr int64_t kLong = (int64_t)1 << 29;
  static constexpr int kShortRest = 4;
  // Steps alone before all threads are tried again; doubled each time they are found waiting.
  static constexpr int kRest = 8;
  int rest_ = kRest, resting_ = 0;
  // The step that sent the others to rest.
  int64_t work_ = 0, took_ = 0;
};

}  // namespace engine
