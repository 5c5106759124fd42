#pragma once
#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace engine {

// Bytes a device holds now.
using Live = std::shared_ptr<std::atomic<int64_t>>;

// Zeroed memory, 64-byte aligned; large ones begin at 2 MB and ask for pages of that size.
class Memory {
 public:
  Memory() = default;
  Memory(size_t bytes, Live live);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory(Memory&& other) noexcept { swap(other); }
  Memory& operator=(Memory&& other) noexcept {
    swap(other);
    return *this;
  }
  uint8_t* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  void swap(Memory& other) noexcept;
  uint8_t* data_ = nullptr;
  size_t bytes_ = 0;
  void* base_ = nullptr;
  size_t mapped_ = 0;
  Live live_;
};

// Bytes of a file on their way into memory: the file may end within them, but not before the first `wanted`.
struct Reading {
  uint64_t offset;
  size_t bytes, wanted;
  uint8_t* into;
  size_t done = 0;
  // A read of what is left gave so many bytes, 0 at the file's end, or -errno. Whether it is over; `why` says what went wrong.
  bool over(int64_t got, std::string& why);
};

// A descriptor of its own for the same open file.
class File {
 public:
  explicit File(int fd);
  ~File();
  File(const File&) = delete;
  // The same file past the system's page cache, for reads of whole sectors; null where the file system has none.
  static std::unique_ptr<File> direct(int fd);
  // The same file for reads here and there: the system reads nothing ahead.
  static std::unique_ptr<File> scattered(int fd);
  // Maps its first n bytes again where a mapping of them is.
  void map(uint8_t* at, size_t n) const;
  // Whether the system's page cache has the byte at `offset`, where it tells.
  bool cached(uint64_t offset) const;
  int descriptor() const { return fd_; }
  // As the system has it now.
  uint64_t size() const;
  std::string path() const;
  // Empty, or why it could not be read.
  std::string read(Reading reading) const;

 private:
  File() = default;
  static std::unique_ptr<File> again(int fd, int flags);
  int fd_ = -1;
};

}  // namespace engine
