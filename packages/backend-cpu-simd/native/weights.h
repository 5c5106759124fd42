#pragma once
#include <functional>
#include <variant>
#include <vector>

#include "deferred.h"
#include "device.h"
#include "experts.h"
#include "stream.h"
#include "tables.h"

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
  void check();
  // All threads copy pieces from their files into a reserved region, those in blocks as panels.
  void copy(const std::vector<SourceFile>& files, int region, const std::vector<Piece>& pieces);
  // Has weights of a reserved region used where their files are mapped until `settle` has copied them. False, and nothing is
  // done, where the page cache lacks some of them. Called once.
  bool defer(std::vector<SourceFile> files, const std::vector<int>& fds, int region, std::vector<Piece> pieces);
  // Copies whole weights of at least so many bytes of these, between steps; whether any are left.
  bool settle(uint64_t bytes);
  // Null where there are none.
  const Deferred* deferred() const { return deferred_.get(); }
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
  // Opens the files of what does not stay, for all of the following; one of each kind for all plans of these weights.
  void source(std::vector<SourceFile> files, bool direct, uint64_t chunk, Readers::Way way);
  // Reads weights into a reserved region in the order steps use them.
  void stream(int region, std::vector<Piece> pieces, std::vector<StreamSegment> segments, uint64_t windowBytes);
  // A region that is a mapped file; throws when it is none.
  const Mapping* mapping(int region) const;
  bool maps(int region) const;
  // Reads single experts into frames of a reserved region when rows are routed to them.
  void experts(int region, uint64_t frameBytes, std::vector<Piece> pieces, std::vector<ExpertUnit> units, std::vector<int> layers);
  // Reads rows of a table as they are looked up; the table's number.
  int table(std::vector<Table::Part> parts, int64_t rows, int64_t capacity);
  // Null where there are none.
  Stream* stream() const { return stream_.get(); }
  Experts* experts() const { return experts_.get(); }
  Table& table(int index) const;
  int tables() const { return (int)tables_.size(); }
  // Steps call this around each wait for what is read.
  void stalled(double seconds) { stall_ = stall_ + seconds; }
  // Seconds in such waits, of all steps so far.
  double stalls() const { return stall_; }
  struct Counters {
    ReadCounters reads;
    ExpertCounters experts;
    double stallSeconds = 0;
  };
  Counters counters() const;
  void release() {
    readers_.reset();
    stream_.reset();
    experts_.reset();
    tables_.clear();
    deferred_.reset();
    regions_.clear();
    released_ = true;
  }
  bool released() const { return released_; }

  const std::shared_ptr<Device> device;

 private:
  std::vector<std::variant<std::unique_ptr<Mapping>, std::unique_ptr<Memory>>> regions_;
  std::unique_ptr<Deferred> deferred_;
  uint8_t* reserved(int region, uint64_t& bytes);
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Experts> experts_;
  std::vector<std::unique_ptr<Table>> tables_;
  std::atomic<double> stall_{0};
  std::atomic<bool> released_{false};
  // The last, so that its threads end before what they read into does.
  std::unique_ptr<Readers> readers_;
};

}  // namespace engine
