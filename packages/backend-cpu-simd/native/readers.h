// Threads that bring weights from their files: single rows, pieces into memory, pieces into windows of mapped files.
#pragma once
#include "lane.h"
#include "pieces.h"

namespace engine {

class Readers {
 public:
  // How the system is told: by a thread for each read, or by a few that share rings with it.
  enum Way { threads, uring };
  enum Kind { wanted, ahead };
  using Done = std::function<void(const std::string& why)>;
  Readers(std::vector<SourceFile> files, bool direct, uint64_t chunk, Way way);
  ~Readers();
  Readers(const Readers&) = delete;
  // Throws "bad-option" for a piece that does not fit its files' or its memory's description.
  void check(const Piece& piece, uint64_t bytes) const { check_piece(piece, files_.size(), bytes); }
  // Brings chunk `index` of a piece, unless `still` says when its turn comes that nobody wants it. What a step waits for goes before what is read ahead.
  void bring(Kind kind, const Piece& piece, int64_t index, uint8_t* base, Done done, std::function<bool()> still = nullptr);
  // Bytes of a row, in a file's parts.
  struct Bytes {
    int file;
    Reading reading;
  };
  void row(const std::vector<Bytes>& parts, Done done);
  // Throws "bad-option" where there is no such file.
  void check(int file) const;
  uint64_t chunk() const { return chunk_; }
  Way way() const { return way_; }
  ReadCounters counters() const { return meter_.counters(); }
  // What steps read without a reader: from the page cache.
  void found(uint64_t bytes, double seconds) { meter_.found(bytes, seconds); }

  struct LaneSize;

 private:
  struct Bringing;
  struct Room;
  std::unique_ptr<Room> room();
  void back(std::unique_ptr<Room> room);
  Lane& lane(std::unique_ptr<Lane>& lane, const LaneSize& size, Way way);
  const std::vector<SourceFile> files_;
  const bool direct_;
  const uint64_t chunk_;
  const Way way_;
  ReadMeter meter_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Room>> rooms_;  // those that nobody uses
  std::unique_ptr<Lane> rows_, weights_, windows_;  // from the first read of their kind on
};

}  // namespace engine
