#include <utility>

#include "reader.h"

namespace engine {

class BlockingReader : public Reader {
 public:
  void begin(const Range& range, uint64_t tag) override {
    const Reading& reading = range.reading;
    read_.push_back({tag, range.window ? range.window->populate(reading.offset, reading.bytes) : range.file->file->read(reading)});
  }
  std::vector<Result> wait() override { return std::exchange(read_, {}); }

 private:
  std::vector<Result> read_;
};

std::unique_ptr<Reader> blocking_reader() { return std::make_unique<BlockingReader>(); }

}  // namespace engine
