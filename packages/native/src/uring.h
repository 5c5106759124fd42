// The rings that a process shares with Linux: what it asks for, and what was done. As in io_uring(7), without liburing.
#pragma once
#include <cstdint>

#if defined(__linux__) && __has_include(<linux/io_uring.h>)
#define ENGINE_URING
#include <linux/io_uring.h>

namespace engine {

// One thread's at a time.
class Uring {
 public:
  // Room for so many requests that the system has not been told of; open() says whether there is a ring.
  explicit Uring(unsigned entries);
  ~Uring();
  Uring(const Uring&) = delete;
  bool open() const { return sqes_; }
  // A cleared request, which the next enter() tells the system of; null where the ring is full.
  io_uring_sqe* request();
  // Tells the system of all requests, and waits for at least one to be done if so asked. 0 or -errno.
  int enter(bool wait);
  // The next that was done, or null; drop() makes room for others.
  const io_uring_cqe* done() const;
  void drop();

 private:
  uint8_t* share(uint64_t what, uint64_t bytes);
  int fd_ = -1;
  uint8_t* rings_ = nullptr;
  uint64_t ringBytes_ = 0, sqeBytes_ = 0;
  io_uring_sqe* sqes_ = nullptr;
  const io_uring_cqe* cqes_ = nullptr;
  uint32_t *sqHead_ = nullptr, *sqTail_ = nullptr, *cqHead_ = nullptr, *cqTail_ = nullptr, *slots_ = nullptr;
  uint32_t sqMask_ = 0, cqMask_ = 0, entries_ = 0, untold_ = 0;
};

}  // namespace engine
#endif
