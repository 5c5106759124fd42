// Byte ranges of files into memory, several at once: what one thread that reads has, however the system is told.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "mapping.h"

namespace engine {

struct SourceFile {
  std::unique_ptr<File> file;
  std::string path;  // for messages
};

struct Range {
  const SourceFile* file;
  Reading reading;
  const Mapping* window = nullptr;  // brought into this mapping of the file, and nowhere else
};

// All but wake() is its thread's alone. Its end waits for what is on its way.
class Reader {
 public:
  struct Result {
    uint64_t tag;
    std::string why;  // it could not be read; empty where it was
  };
  virtual ~Reader() = default;
  // Takes up a range; no more of them may be on their way than it was made for.
  virtual void begin(const Range& range, uint64_t tag) = 0;
  // Tells the system of what was taken up.
  virtual void submit() {}
  // What has been read since, in any order. Waits until there is some, or until it is woken.
  virtual std::vector<Result> wait() = 0;
  virtual void wake() {}
};

// One read after the other, by calls that return when they are done: several at once want as many threads.
std::unique_ptr<Reader> blocking_reader();
// Up to `most` at once by io_uring, none of them into windows; null where the system has none, or forbids it.
std::unique_ptr<Reader> uring_reader(unsigned most);

}  // namespace engine
