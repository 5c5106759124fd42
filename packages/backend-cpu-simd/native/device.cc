#include "device.h"

#include <new>

namespace engine {

Device::Device(const Level& level, int threads, std::function<void(Job*)> done)
    : level(level), pool_(std::make_unique<Pool>(threads)), done_(std::move(done)) {
  captain_ = std::thread([this] { captain(); });
}

void Device::post(std::unique_ptr<Job> job) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
  }
  posted_.notify_one();
}

void Device::stop() {
  if (!captain_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  posted_.notify_one();
  captain_.join();
  pool_.reset();
  queue_.clear();
  cut_.reset();
}

void Device::captain() {
  for (;;) {
    std::unique_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      posted_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    try {
      job->work();
    } catch (const Error& error) {
      job->error = std::make_unique<Error>(error);
    } catch (const std::bad_alloc&) {
      job->error = std::make_unique<Error>("out-of-memory", "The system gave no more memory.");
    } catch (const std::exception& error) {
      job->error = std::make_unique<Error>("backend-failed", error.what());
    }
    if (stopping()) {
      cut_ = std::move(job);
      return;
    }
    done_(job.release());
  }
}

}  // namespace engine
