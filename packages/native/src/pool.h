// Threads that walk a list of ops together. Inside a step they wait for each other spinning; soon after it they are
// parked in the kernel and cost nothing.
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace engine {

// Cores of this process, where the system tells.
class Cores {
 public:
  Cores();
  // That of the calling thread; -1: not known.
  static int here();
  // Keeps the calling thread away from some of them, unless none is left.
  void avoid(const std::vector<int>& some) const;

 private:
  std::vector<int> all_;
};

class Pool {
 public:
  explicit Pool(int threads);
  ~Pool();
  Pool(const Pool&) = delete;
  int threads() const { return (int)workers_.size() + 1; }
  // Nanoseconds that threads have waited for each other inside run(), summed over all of them.
  int64_t waited() const { return waited_.load(std::memory_order_relaxed); }

  // Every thread runs body(thread), the caller as thread 0; returns when all are done.
  template <class Body>
  void run(Body&& body) {
    run([](void* context, int thread) { (*(Body*)context)(thread); }, &body);
  }

  // Called by every thread inside run(): returns when all have come here. The last to come asks `stop`; all
  // get its answer.
  template <class Stop>
  bool barrier(Stop&& stop) {
    if (workers_.empty()) return stop();
    const uint32_t phase = phase_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == workers_.size()) {
      stopped_.store(stop(), std::memory_order_relaxed);
      release(phase);
    } else {
      await(phase_, phase);
    }
    return stopped_.load(std::memory_order_relaxed);
  }

 private:
  using Body = void (*)(void* context, int thread);
  void run(Body body, void* context);
  void work(int thread);
  void linger(uint32_t seen) const;
  // A worker that the system put on the core of a thread before it goes to another one, where there is one.
  void keep_apart(int thread);
  void release(uint32_t phase);
  // Spins half a millisecond while the value stays, then parks. Counts what it waits beyond the first moment.
  void await(std::atomic<uint32_t>& value, uint32_t old);

  std::vector<std::thread> workers_;
  const Cores cores_;
  std::vector<std::atomic<int>> coreOf_;  // of each thread when it began the step
  Body body_ = nullptr;
  void* context_ = nullptr;
  bool ending_ = false;
  alignas(64) std::atomic<uint32_t> generation_{0};
  alignas(64) std::atomic<uint32_t> arrived_{0};
  alignas(64) std::atomic<uint32_t> phase_{0};
  std::atomic<bool> stopped_{false};
  std::atomic<int64_t> waited_{0};
};

}  // namespace engine
