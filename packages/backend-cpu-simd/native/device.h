// A pool of threads and the queue of what they do, in call order, away from JavaScript's thread.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "crew.h"
#include "error.h"
#include "kernels/levels.h"
#include "memory.h"
#include "pool.h"

namespace engine {

// Made and destroyed on JavaScript's thread; `work` runs on the captain's.
struct Job {
  std::function<void()> work;
  std::function<void(const Error*)> settle;
  std::unique_ptr<Error> error;
};

class Device {
 public:
  // `done` is called on the captain's thread with a job whose work has ended; it hands the job back.
  Device(const Level& level, int threads, std::function<void(Job*)> done);
  ~Device() { stop(); }
  void post(std::unique_ptr<Job> job);
  // Lets the running op end, drops what waits, joins all threads. Calls no `done`.
  void stop();
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

  const Level& level;
  const Live live = std::make_shared<std::atomic<int64_t>>(0);
  Pool& pool() { return *pool_; }
  Crew crew;

 private:
  void captain();
  std::unique_ptr<Pool> pool_;
  std::function<void(Job*)> done_;
  std::deque<std::unique_ptr<Job>> queue_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<Job> cut_;  // the job whose work had ended when the device was stopped
  std::thread captain_;
};

}  // namespace engine
