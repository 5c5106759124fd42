// Weights that steps use where their files are mapped until they are copied into memory: some at a time, between steps, so
// that the first step waits for none of that.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "mapping.h"
#include "pieces.h"
#include "reader.h"

namespace engine {

class Deferred {
 public:
  struct Weight {
    Piece piece;
    const uint8_t* stored[kMostParts];
    uint64_t bytes;  // of the first part
    uint8_t* memory;
  };
  // A piece is a whole weight; they are copied in this order. Throws "bad-checkpoint" for one behind the end of its file.
  Deferred(std::vector<SourceFile> files, const std::vector<int>& fds, int region, uint8_t* memory, std::vector<Piece> pieces);
  // Whether steps would find them in the page cache, by a byte of every few.
  bool cached() const;
  // How many are in memory. Weights before this number stay there.
  size_t settled() const { return settled_.load(std::memory_order_acquire); }
  const Weight& operator[](size_t index) const { return weights_[index]; }
  // The weight that a place in memory is of, unless it is one of the first `settled`.
  const Weight* at(const uint8_t* memory, size_t settled) const;

  // All below only while no step runs.
  // The next whole weights of at least so many bytes; their pages in the mapped files are given up.
  std::vector<Piece> next(uint64_t bytes) const;
  // So many more are in memory now. After the last one the files are closed.
  void settle(size_t count);
  // Throws "io-failed" when a file that is still used was cut.
  void check();

  const int region;
  const std::vector<SourceFile>& files() const { return files_; }

 private:
  std::vector<SourceFile> files_;
  std::vector<std::unique_ptr<Mapping>> mappings_;
  std::vector<Weight> weights_;
  std::atomic<size_t> settled_{0};
};

}  // namespace engine
