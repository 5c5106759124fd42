#include "pool.h"

#include <algorithm>
#include <chrono>

#if defined(__linux__)
#include <sched.h>
#endif

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace engine {

static void relax() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#if defined(__linux__)
Cores::Cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return;
  for (int core = 0; core < CPU_SETSIZE; core++) {
    if (CPU_ISSET(core, &set)) all_.push_back(core);
  }
}

int Cores::here() { return sched_getcpu(); }

void Cores::avoid(const std::vector<int>& some) const {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int core : all_) {
    if (std::find(some.begin(), some.end(), core) == some.end()) CPU_SET(core, &set);
  }
  if (CPU_COUNT(&set) > 0) sched_setaffinity(0, sizeof set, &set);
}
#else
Cores::Cores() = default;
int Cores::here() { return -1; }
void Cores::avoid(const std::vector<int>&) const {}
#endif

Pool::Pool(int threads) : coreOf_((size_t)threads) {
  for (int i = 1; i < threads; i++) workers_.emplace_back([this, i] { work(i); });
}

Pool::~Pool() {
  ending_ = true;
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (auto& worker : workers_) worker.join();
}

void Pool::work(int thread) {
  for (uint32_t seen = 0;;) {
    linger(seen);
    generation_.wait(seen, std::memory_order_acquire);
    seen = generation_.load(std::memory_order_acquire);
    if (ending_) return;
    keep_apart(thread);
    body_(context_, thread);
    barrier([] { return false; });
  }
}

void Pool::keep_apart(int thread) {
  const int here = Cores::here();
  bool alone = true;
  std::vector<int> others;
  for (int i = 0; i < thread; i++) {
    others.push_back(coreOf_[i].load(std::memory_order_relaxed));
    alone &= others.back() != here;
  }
  if (!alone && here >= 0) cores_.avoid(others);
  coreOf_[thread].store(Cores::here(), std::memory_order_relaxed);
}

// Waits a moment for the next step before the thread is parked: a text's next token comes soon, and a system that wakes a
// thread may put it on the core of the one that woke it.
void Pool::linger(uint32_t seen) const {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  while (Clock::now() - began < std::chrono::microseconds(300)) {
    for (int i = 0; i < 32; i++) {
      if (generation_.load(std::memory_order_acquire) != seen) return;
      relax();
    }
    std::this_thread::yield();
  }
}

void Pool::run(Body body, void* context) {
  if (!workers_.empty()) {
    body_ = body;
    context_ = context;
    coreOf_[0].store(Cores::here(), std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
  }
  body(context, 0);
  barrier([] { return false; });
}

void Pool::release(uint32_t phase) {
  arrived_.store(0, std::memory_order_relaxed);
  phase_.store(phase + 1, std::memory_order_release);
  phase_.notify_all();
}

void Pool::await(std::atomic<uint32_t>& value, uint32_t old) {
  using Clock = std::chrono::steady_clock;
  for (int i = 0; i < 64; i++) {
    if (value.load(std::memory_order_acquire) != old) return;
    relax();
  }
  const auto began = Clock::now();
  const auto count = [&] {
    const auto waited = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - began);
    waited_.fetch_add(waited.count(), std::memory_order_relaxed);
  };
  while (Clock::now() - began < std::chrono::microseconds(500)) {
    for (int i = 0; i < 16; i++) {
      if (value.load(std::memory_order_acquire) != old) return count();
      relax();
    }
    // Another thread of the step may be waiting for this core.
    if (Clock::now() - began > std::chrono::microseconds(20)) std::this_thread::yield();
  }
  value.wait(old, std::memory_order_acquire);
  count();
}

}  // namespace engine
