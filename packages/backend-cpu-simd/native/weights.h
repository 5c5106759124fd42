#pragma once
#include <functional>
#include <variant>
#include <vector>

#include "device.h"
#include "stream.h"

namespace engine {

// Regions of memory or mapped files that weights lie in. Plans keep pointers; none runs after release().
class Weights {
 public:
  explicit Weights(std::shared_ptr<Device> device) : device(std::move(device)) {}
  int map(int fd);
  int reserve(size_t bytes);
  // n bytes from `offset` on; throws when the region does not hold them.
  uint8_t* at(int region, uint64_t offset, uint64_t n);
  // Before a step: throws "io-failed" when a mapped file was cut.
  void check() const;
  // All threads copy from the file into a reserved region.
  void read(const File& file, uint64_t offset, int region, uint64_t to, uint64_t n);
  // All threads lay rows [first, first + count) of a weight out in panels, in a reserved region; `first` is a multiple of kPanel.
  struct Packing {
    int32_t encoding, group;
    int64_t depth, first, count;
    int region;
    uint64_t to;  // of the weight's first panel
  };
  void pack(const Packing& packing, const std::function<void(int32_t part, int64_t row, int64_t count, uint8_t* into)>& rows);
  // Seconds that all threads take to read n bytes once.
  double read_seconds(int region, uint64_t offset, uint64_t n);
  // Reads weights into a reserved region as steps use them; one stream for all plans of these weights.
  void stream(int region, std::vector<StreamFile> files, std::vector<StreamPiece> pieces, std::vector<StreamSegment> segments, int readers);
  // Null where all weights stay.
  Stream* stream() const { return stream_.get(); }
  void release() {
    stream_.reset();
    regions_.clear();
    released_ = true;
  }
  bool released() const { return released_; }

  const std::shared_ptr<Device> device;

 private:
  std::vector<std::variant<std::unique_ptr<Mapping>, std::unique_ptr<Memory>>> regions_;
  std::unique_ptr<Stream> stream_;
  std::atomic<bool> released_{false};
};

}  // namespace engine
