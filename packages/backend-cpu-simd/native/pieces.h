// Runs of a weight's bytes in its files, and how they come to lie in memory: as they are, or laid out in panels.
#pragma once
#include <vector>

#include "mapping.h"
#include "quantized.h"

namespace engine {

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

}  // namespace engine
