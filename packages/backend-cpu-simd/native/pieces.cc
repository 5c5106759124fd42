#include "pieces.h"

#include <algorithm>

#include "error.h"

namespace engine {

uint64_t Piece::room() const {
  uint64_t stored = 0;
  for (const Part& part : parts) stored += part.bytes;
  if (window()) return stored;
  return encoding ? (uint64_t)((rows + kPanel - 1) / kPanel * encoding->panelBytes(depth)) : parts[0].bytes;
}

int64_t Piece::step(uint64_t chunk) const {
  if (!encoding) return (int64_t)chunk;
  int64_t row = 0;
  for (int32_t part = 0; part < encoding->parts; part++) row += encoding->rowBytes(part, depth, group);
  return std::max<int64_t>(1, (int64_t)chunk / row / kPanel) * kPanel;
}

void check_piece(const Piece& piece, size_t files, uint64_t bytes) {
  const auto refuse = [] { fail("bad-option", "A weight's pieces do not fit their files and memory."); };
  if (piece.parts.empty()) refuse();
  for (const Piece::Part& part : piece.parts) {
    if (part.file < 0 || part.file >= (int)files) refuse();
  }
  if (piece.encoding) {
    if ((int)piece.parts.size() != piece.encoding->parts || piece.rows < 0 || piece.depth < 1) refuse();
    for (int32_t part = 0; part < piece.encoding->parts; part++) {
      const int64_t row = piece.encoding->rowBytes(part, piece.depth, piece.group);
      if (row < 0 || (uint64_t)(row * piece.rows) != piece.parts[part].bytes) refuse();
    }
  } else if (piece.wanted > piece.parts[0].bytes) {
    refuse();
  }
  for (const Piece::Part& part : piece.parts) {
    if (!part.window != !piece.window()) refuse();
    if (part.window && (part.offset > part.window->bytes() || part.bytes > part.window->bytes() - part.offset)) refuse();
  }
  if (piece.to > bytes || piece.room() > bytes - piece.to) refuse();
}

}  // namespace engine
