#include "uring.h"

#ifdef ENGINE_URING
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

namespace engine {

// Numbers that the system reads or writes meanwhile.
static uint32_t acquire(const uint32_t* at) { return std::atomic_ref<uint32_t>(*const_cast<uint32_t*>(at)).load(std::memory_order_acquire); }
static void release(uint32_t* at, uint32_t value) { std::atomic_ref<uint32_t>(*at).store(value, std::memory_order_release); }

// Whether it can read at all: since Linux 5.6.
static bool reads(int fd) {
  alignas(io_uring_probe) uint8_t room[sizeof(io_uring_probe) + 64 * sizeof(io_uring_probe_op)] = {};
  auto* probe = (io_uring_probe*)room;
  if (syscall(__NR_io_uring_register, fd, IORING_REGISTER_PROBE, probe, 64) < 0) return false;
  return probe->last_op >= IORING_OP_READ && probe->ops[IORING_OP_READ].flags & IO_URING_OP_SUPPORTED;
}

Uring::Uring(unsigned entries) {
  io_uring_params params{};
#ifdef IORING_SETUP_COOP_TASKRUN
  // A thread that waits for its ring need not be interrupted to be told of it (Linux 5.19).
  params.flags = IORING_SETUP_COOP_TASKRUN;
  fd_ = (int)syscall(__NR_io_uring_setup, entries, &params);
#endif
  if (fd_ < 0) {
    params = {};
    fd_ = (int)syscall(__NR_io_uring_setup, entries, &params);
  }
  if (fd_ < 0 || !(params.features & IORING_FEAT_SINGLE_MMAP) || !reads(fd_)) return;
  ringBytes_ = std::max<uint64_t>(params.sq_off.array + params.sq_entries * sizeof(uint32_t), params.cq_off.cqes + params.cq_entries * sizeof(io_uring_cqe));
  rings_ = share(IORING_OFF_SQ_RING, ringBytes_);
  sqeBytes_ = params.sq_entries * sizeof(io_uring_sqe);
  if (!rings_) return;
  sqes_ = (io_uring_sqe*)share(IORING_OFF_SQES, sqeBytes_);
  const auto at = [&](uint32_t offset) { return (uint32_t*)(rings_ + offset); };
  sqHead_ = at(params.sq_off.head);
  sqTail_ = at(params.sq_off.tail);
  slots_ = at(params.sq_off.array);
  sqMask_ = *at(params.sq_off.ring_mask);
  cqHead_ = at(params.cq_off.head);
  cqTail_ = at(params.cq_off.tail);
  cqMask_ = *at(params.cq_off.ring_mask);
  cqes_ = (const io_uring_cqe*)(rings_ + params.cq_off.cqes);
  entries_ = params.sq_entries;
}

Uring::~Uring() {
  if (sqes_) munmap(sqes_, sqeBytes_);
  if (rings_) munmap(rings_, ringBytes_);
  if (fd_ >= 0) close(fd_);
}

uint8_t* Uring::share(uint64_t what, uint64_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd_, (off_t)what);
  return at == MAP_FAILED ? nullptr : (uint8_t*)at;
}

io_uring_sqe* Uring::request() {
  const uint32_t tail = *sqTail_ + untold_;
  if (tail - acquire(sqHead_) >= entries_) return nullptr;
  untold_++;
  slots_[tail & sqMask_] = tail & sqMask_;
  io_uring_sqe* request = &sqes_[tail & sqMask_];
  memset(request, 0, sizeof *request);
  return request;
}

int Uring::enter(bool wait) {
  release(sqTail_, *sqTail_ + std::exchange(untold_, 0));
  for (;;) {
    const uint32_t untaken = *sqTail_ - acquire(sqHead_);
    const bool waits = wait && !done();
    if (!untaken && !waits) return 0;
    const long taken = syscall(__NR_io_uring_enter, fd_, untaken, waits ? 1 : 0, waits ? IORING_ENTER_GETEVENTS : 0, nullptr, 0);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) return -errno;
  }
}

const io_uring_cqe* Uring::done() const {
  const uint32_t head = *cqHead_;
  return head == acquire(cqTail_) ? nullptr : &cqes_[head & cqMask_];
}

void Uring::drop() { release(cqHead_, *cqHead_ + 1); }

}  // namespace engine
#endif
