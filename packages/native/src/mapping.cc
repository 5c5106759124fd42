#include "mapping.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "error.h"

namespace engine {

// What the signal handler knows of mappings. An entry is taken while `end` is not 0.
struct Guarded {
  std::atomic<uintptr_t> begin{0}, end{0};
  std::atomic<bool> failed{false};
};
static constexpr int kMostGuarded = 1024;
static Guarded guarded[kMostGuarded];
static std::mutex guarding;
static struct sigaction before;
static uintptr_t pageBytes = 4096;

// A page of ours that has no file behind it: zeros take its place, and whoever reads goes on. All others are someone else's.
static void on_bus_error(int signal, siginfo_t* info, void* context) {
  const auto at = (uintptr_t)info->si_addr;
  for (Guarded& one : guarded) {
    if (at < one.begin.load(std::memory_order_relaxed) || at >= one.end.load(std::memory_order_relaxed)) continue;
    void* page = (void*)(at & ~(pageBytes - 1));
    if (mmap(page, pageBytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) break;
    one.failed.store(true, std::memory_order_relaxed);
    return;
  }
  if (before.sa_flags & SA_SIGINFO) return before.sa_sigaction(signal, info, context);
  if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) return before.sa_handler(signal);
  // The same instruction again, and the system's own answer to it.
  sigaction(SIGBUS, &before, nullptr);
}

static int guard(uintptr_t begin, uintptr_t end) {
  std::lock_guard lock(guarding);
  static const bool installed = [] {
    pageBytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    struct sigaction own {};
    own.sa_sigaction = on_bus_error;
    own.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&own.sa_mask);
    return sigaction(SIGBUS, &own, &before) == 0;
  }();
  for (int i = 0; installed && i < kMostGuarded; i++) {
    if (guarded[i].end != 0) continue;
    guarded[i].failed = false;
    guarded[i].begin = begin;
    guarded[i].end = end;
    return i;
  }
  return -1;
}

Mapping::Mapping(int fd) : file_(fd), bytes_((size_t)file_->size()) {
  if (bytes_ == 0) return;
  void* data = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) fail("out-of-memory", "A weight file of %.1f MB cannot be mapped: %s.", bytes_ / 1e6, strerror(errno));
  data_ = (uint8_t*)data;
  guard_ = guard((uintptr_t)data_, (uintptr_t)data_ + bytes_);
}

Mapping::~Mapping() {
  if (guard_ >= 0) guarded[guard_].end = 0;
  if (data_) munmap(data_, bytes_);
}

void Mapping::check() {
  if (!file_) return;
  const bool faulted = guard_ >= 0 && guarded[guard_].failed.exchange(false);
  const bool failed = failed_.exchange(false) || faulted;
  const uint64_t now = file_->size();
  // Zeros that took a page's place make room for the file again.
  if (faulted) file_->map(data_, bytes_);
  if (now < bytes_)
    fail("io-failed", "%s was cut from %zu bytes to %llu while it was in use. Restore it, or load the model again.", file_->path().c_str(), bytes_,
         (unsigned long long)now);
  if (failed) fail("io-failed", "%s could not be read while it was in use. See whether its disk is well, and try again.", file_->path().c_str());
}

void Mapping::retire() {
  file_.reset();
  if (guard_ >= 0) guarded[std::exchange(guard_, -1)].end = 0;
  if (data_) mmap(data_, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

void Mapping::read(uint64_t offset, size_t n, uint8_t* into) const {
  if (file_ && file_->read({offset, n, n, into}).empty()) return;
  memset(into, 0, n);
  failed_.store(true, std::memory_order_relaxed);
}

std::string Mapping::populate(uint64_t offset, uint64_t n) const {
  const uint64_t begin = offset / pageBytes * pageBytes, end = std::min<uint64_t>(offset + n, bytes_);
#ifdef MADV_POPULATE_READ
  for (;;) {
    if (madvise(data_ + begin, end - begin, MADV_POPULATE_READ) == 0) return "";
    if (errno == EFAULT) return "the file ends before its weights do, or cannot be read";
    // Systems before Linux 5.14.
    if (errno == EINVAL) break;
    if (errno != EINTR && errno != EAGAIN) return strerror(errno);
  }
#endif
  for (uint64_t at = begin; at < end; at += pageBytes) (void)*(const volatile uint8_t*)(data_ + at);
  return "";
}

void Mapping::fetch(uint64_t offset, uint64_t n) const {
  const uint64_t begin = offset / pageBytes * pageBytes;
  madvise(data_ + begin, std::min<uint64_t>(offset + n, bytes_) - begin, MADV_WILLNEED);
}

void Mapping::drop(uint64_t offset, uint64_t n) const {
  const uint64_t begin = offset / kAround * kAround, end = std::min<uint64_t>((offset + n + kAround - 1) / kAround * kAround, bytes_);
  madvise(data_ + begin, end - begin, MADV_DONTNEED);
}

}  // namespace engine
