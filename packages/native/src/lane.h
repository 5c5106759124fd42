// Reads of one kind, by threads of their own: those that are urgent first, so many at once as is worth the memory they take.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "reader.h"

namespace engine {

// Something to read, and what is done with it, both on the thread that reads.
struct Read {
  // Its turn has come: its ranges, none where nobody wants it any more. Empty, or why it cannot be read.
  std::function<std::string(std::vector<Range>&)> begin;
  // All its ranges are there, or why they are not.
  std::function<void(const std::string& why)> end;
};

// How many bytes were read, and in how much time.
struct ReadCounters {
  uint64_t bytes = 0;
  double seconds = 0;  // in which at least one read was on its way
};

class ReadMeter {
 public:
  void began();
  void ended(uint64_t bytes);
  // Read by nobody: found in the page cache.
  void found(uint64_t bytes, double seconds);
  ReadCounters counters() const;

 private:
  mutable std::mutex mutex_;
  ReadCounters counters_;
  int reading_ = 0;
  double since_ = 0;
};

class Lane {
 public:
  // Ranges of one Read.
  static constexpr unsigned kMostRanges = 2;
  static constexpr int kUrgencies = 2;
  // A thread for each reader, with so many reads on their way at most.
  Lane(std::vector<std::unique_ptr<Reader>> readers, unsigned depth, ReadMeter& meter);
  // Waits for reads that have begun, and drops the others.
  ~Lane();
  Lane(const Lane&) = delete;
  void post(int urgency, Read read);

 private:
  struct Worker;
  void work(Worker& own);
  std::deque<Read>* queued();
  void rouse();
  ReadMeter& meter_;
  const unsigned depth_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Read> queues_[kUrgencies];
  int idle_ = 0;
  bool ending_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace engine
