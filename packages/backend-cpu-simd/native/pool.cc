#include "pool.h"

#include <chrono>

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

Pool::Pool(int threads) {
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
    generation_.wait(seen, std::memory_order_acquire);
    seen = generation_.load(std::memory_order_acquire);
    if (ending_) return;
    body_(context_, thread);
    barrier([] { return false; });
  }
}

void Pool::run(Body body, void* context) {
  if (!workers_.empty()) {
    body_ = body;
    context_ = context;
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
  }
  value.wait(old, std::memory_order_acquire);
  count();
}

}  // namespace engine
