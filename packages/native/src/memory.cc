#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "error.h"

namespace engine {

constexpr size_t kHuge = 2u << 20;

Memory::Memory(size_t bytes, Live live) : bytes_(bytes), live_(std::move(live)) {
  if (bytes == 0) return;
  const size_t align = bytes >= kHuge ? kHuge : 64;
  mapped_ = bytes + (align == kHuge ? kHuge : 0);
  base_ = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base_ == MAP_FAILED) {
    base_ = nullptr;
    fail("out-of-memory", "The system gave no %.1f MB of memory: %s. Use a smaller context or mapped weights.", bytes / 1e6, strerror(errno));
  }
  data_ = (uint8_t*)(((uintptr_t)base_ + align - 1) & ~(uintptr_t)(align - 1));
#ifdef MADV_HUGEPAGE
  // 4 KB pages cost decode a quarter of its bandwidth; see README.md.
  if (align == kHuge) madvise(data_, bytes, MADV_HUGEPAGE);
#endif
  *live_ += (int64_t)bytes_;
}

Memory::~Memory() {
  if (!base_) return;
  munmap(base_, mapped_);
  *live_ -= (int64_t)bytes_;
}

void Memory::swap(Memory& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(base_, other.base_);
  std::swap(mapped_, other.mapped_);
  std::swap(live_, other.live_);
}

File::File(int fd) : fd_(dup(fd)) {
  if (fd_ < 0) fail("missing-file", "A weight file cannot be opened again: %s.", strerror(errno));
}

File::~File() {
  if (fd_ >= 0) close(fd_);
}

void File::map(uint8_t* at, size_t n) const {
  if (mmap(at, n, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd_, 0) == MAP_FAILED) fail("out-of-memory", "%s cannot be mapped again: %s.", path().c_str(), strerror(errno));
}

uint64_t File::size() const {
  struct stat info;
  if (fstat(fd_, &info) != 0) fail("missing-file", "A weight file cannot be read: %s.", strerror(errno));
  return (uint64_t)info.st_size;
}

std::string File::path() const {
  char path[4096];
  const ssize_t n = readlink(("/proc/self/fd/" + std::to_string(fd_)).c_str(), path, sizeof path);
  return n > 0 ? std::string(path, (size_t)n) : "A weight file";
}

bool File::cached([[maybe_unused]] uint64_t offset) const {
#ifdef RWF_NOWAIT
  uint8_t byte;
  const struct iovec one{&byte, 1};
  return preadv2(fd_, &one, 1, (off_t)offset, RWF_NOWAIT) == 1;
#else
  return false;
#endif
}

std::unique_ptr<File> File::again(int fd, int flags) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  std::unique_ptr<File> file(new File);
  file->fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
  return file->fd_ >= 0 ? std::move(file) : nullptr;
}

std::unique_ptr<File> File::direct(int fd) {
#ifdef O_DIRECT
  return again(fd, O_DIRECT);
#else
  return nullptr;
#endif
}

std::unique_ptr<File> File::scattered(int fd) {
  std::unique_ptr<File> file = again(fd, 0);
  if (!file) return std::make_unique<File>(fd);
#ifdef POSIX_FADV_RANDOM
  posix_fadvise(file->fd_, 0, 0, POSIX_FADV_RANDOM);
#endif
  return file;
}

bool Reading::over(int64_t got, std::string& why) {
  constexpr int64_t kSmallestSector = 512;
  // Where direct reads must begin at sectors, none goes on within the last one.
  if (got == -EINVAL && done % kSmallestSector) got = 0;
  if (got == -EINTR || got == -EAGAIN) return false;
  if (got < 0) {
    why = strerror((int)-got);
    return true;
  }
  done += (size_t)got;
  if (got > 0 && done < wanted) return false;
  if (done < wanted) why = "the file ends before its weights do; has it changed?";
  return true;
}

std::string File::read(Reading reading) const {
  std::string why;
  for (bool over = reading.bytes == 0; !over;) {
    const ssize_t got = pread(fd_, reading.into + reading.done, reading.bytes - reading.done, (off_t)(reading.offset + reading.done));
    over = reading.over(got < 0 ? -errno : got, why);
  }
  return why;
}

}  // namespace engine
