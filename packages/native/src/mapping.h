// Weight files in the address space: used in place, shared with the system's page cache.
#pragma once
#include <optional>

#include "memory.h"

namespace engine {

// A whole file, read-only. Outlives the descriptor it was made from. A file that is cut, or cannot be read, while a kernel reads its
// pages does not end the process: the kernel finds zeros, and check() throws.
class Mapping {
 public:
  // A fault brings so many bytes around it.
  static constexpr uint64_t kAround = 64 << 10;
  explicit Mapping(int fd);
  ~Mapping();
  Mapping(const Mapping&) = delete;
  uint8_t* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  // Before and after a step: throws "io-failed" when the file was cut or a page could not be read. Not while a kernel reads it.
  void check();
  // Closes the file when nobody reads it here any more. Its addresses stay taken.
  void retire();
  // Copies a range, and brings none of it into the address space. Zeros where it cannot be read; check() throws then.
  void read(uint64_t offset, size_t n, uint8_t* into) const;
  // Reads a range into memory, from the disk where the page cache has not got it; empty, or why that failed.
  std::string populate(uint64_t offset, uint64_t n) const;
  // Begins to read a range, and does not wait.
  void fetch(uint64_t offset, uint64_t n) const;
  // Its pages are the page cache's alone again, until someone reads them here.
  void drop(uint64_t offset, uint64_t n) const;

 private:
  std::optional<File> file_;  // empty once it is retired
  uint8_t* data_ = nullptr;
  size_t bytes_ = 0;
  mutable std::atomic<bool> failed_{false};  // a read()
  int guard_ = -1;  // which entry of the signal handler's table
};

}  // namespace engine
