// Runs of a weight's bytes in its files, and how they come to lie in memory: as they are, or laid out in panels.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "mapping.h"
#include "quantized.h"

namespace engine {

struct SourceFile {
  std::unique_ptr<File> file;
  std::string path;  // for messages
};

constexpr uint64_t kSector = 4096;

struct Piece {
  struct Part {
    int file;
    uint64_t offset, bytes;
    const Mapping* window = nullptr;  // used where the file is mapped; of all parts or of none
  };
  const Encoding* encoding;  // null: bytes are taken as they are, else rows of blocks, laid out in panels unless in a window
  int32_t group;
  int64_t depth, rows;
  std::vector<Part> parts;
  uint64_t to;      // where it comes to lie, from its memory's beginning on; of windows it only says which may be there at once
  uint64_t wanted;  // bytes as they are: the file holds at least this many; direct reads round up behind its end

  bool window() const { return parts[0].window; }
  // What it takes there.
  uint64_t room() const;
  // Pieces are read in steps of this many bytes, or rows.
  int64_t size() const { return encoding ? rows : (int64_t)parts[0].bytes; }
  int64_t step(uint64_t chunk) const;
  int64_t chunks(uint64_t chunk) const { return (size() + step(chunk) - 1) / step(chunk); }
};

// Throws "bad-option" for a piece that does not fit its files' or its memory's description.
void check_piece(const Piece& piece, size_t files, uint64_t bytes);

struct ReadCounters {
  uint64_t bytes = 0;
  double seconds = 0;  // in which at least one read was on its way
};

// Threads that read. A job is done whole. Single rows go before weights that a step waits for, these before what is read
// ahead; only some threads read weights at once, for that takes memory.
class Readers {
 public:
  enum Kind { row, wanted, ahead };
  Readers(std::vector<SourceFile> files, bool direct, uint64_t chunk, int threads);
  ~Readers();
  Readers(const Readers&) = delete;
  // Throws "bad-option" for a piece that does not fit its files' or its memory's description.
  void check(const Piece& piece, uint64_t bytes) const;
  void post(Kind kind, std::function<void()> job);
  // In a job: brings chunk `index` of a piece. Empty, or why it could not be read.
  std::string bring(const Piece& piece, int64_t index, uint8_t* base);
  // In a job: some bytes of a file; `n` may reach behind its end, `wanted` may not.
  std::string read(int file, uint64_t offset, uint64_t n, uint64_t wanted, uint8_t* into);
  uint64_t chunk() const { return chunk_; }
  ReadCounters counters() const;
  // What steps read without a reader: from the page cache.
  void found(uint64_t bytes, double seconds);

 private:
  void work();
  std::string counted(int file, uint64_t offset, uint64_t n, const std::function<std::string()>& read);
  // The queue whose turn it is, or null.
  std::deque<std::function<void()>>* next();
  struct Room;
  std::unique_ptr<Room> room();
  const std::vector<SourceFile> files_;
  const bool direct_;
  const uint64_t chunk_;
  mutable std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> queues_[3];
  int weights_ = 0;  // threads at work on weights
  bool ending_ = false;
  std::vector<std::unique_ptr<Room>> rooms_;  // those that no thread uses
  mutable std::mutex counting_;
  ReadCounters counters_;
  int reading_ = 0;
  double since_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace engine
