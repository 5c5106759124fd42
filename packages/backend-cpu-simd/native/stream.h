// Weights that do not stay: read from their files into a ring of memory in the order a step uses them, ahead of
// the step and around from the last one to the next step's first, by threads of their own.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "memory.h"

namespace engine {

struct StreamFile {
  std::unique_ptr<File> file;
  std::string path;  // for messages
};

// Bytes of a file and where in the ring they go. With direct reads all three are multiples of kSector.
struct StreamPiece {
  int file;
  uint64_t offset, bytes, to;
  uint64_t wanted;  // the file holds at least this many of them; direct reads round up behind its end
};

// What is read and given up together; pieces [first, first + count).
struct StreamSegment {
  int first, count;
};

struct StreamCounters {
  uint64_t bytesRead;
  double stallSeconds;
};

class Stream {
 public:
  static constexpr uint64_t kSector = 4096;
  Stream(std::vector<StreamFile> files, std::vector<StreamPiece> pieces, std::vector<StreamSegment> segments, uint8_t* ring,
         uint64_t ringBytes, int readers);
  ~Stream();
  int size() const { return (int)segments_.size(); }
  // Whether segments first to last can lie in the ring together.
  bool fits(int first, int last) const;

  // Waits until segments `first` to `last` lie in their places; those before `first` in the cycle are given up.
  // True when `stop` ended the wait. Throws "io-failed"; a later step may try again.
  bool need(int first, int last, const std::function<bool()>& stop);
  // The step has ended: whatever it needed is given up, and the next step's first segments are read.
  void finish();
  StreamCounters counters() const;

 private:
  // A segment on its way or in its place. `turn` counts segments over all sweeps.
  struct Active {
    int64_t turn;
    int left;  // chunks not read yet
  };
  struct Chunk {
    int64_t turn;
    int piece;
    uint64_t begin, end;
  };
  void reader();
  bool start();  // takes up the next segment when its place is free
  bool placeFree(int64_t turn) const;
  void settle(const Chunk& chunk);
  void giveUp(int64_t turn);
  bool lies(int64_t turn) const;
  std::string restart(std::unique_lock<std::mutex>& lock);

  const std::vector<StreamFile> files_;
  const std::vector<StreamPiece> pieces_;
  const std::vector<StreamSegment> segments_;
  uint8_t* const ring_;
  bool overlap(int a, int b) const;
  std::vector<int> back_;  // how many turns before a segment the last one lies that shares its place
  mutable std::mutex mutex_;
  std::condition_variable work_, arrived_;
  std::deque<Active> active_;  // turns done_ … next_ - 1, and given up ones still being read
  std::deque<Chunk> chunks_;
  int64_t next_ = 0, done_ = 0;
  int reading_ = 0;
  uint64_t bytesRead_ = 0;
  double stall_ = 0;
  std::string broken_;  // why a read failed
  bool touched_ = false;  // whether this step needed anything
  bool ending_ = false;
  std::vector<std::thread> readers_;
};

}  // namespace engine
