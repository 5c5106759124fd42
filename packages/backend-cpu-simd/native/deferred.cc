#include "deferred.h"

#include <algorithm>

#include "error.h"

namespace engine {

Deferred::Deferred(std::vector<SourceFile> files, const std::vector<int>& fds, int region, uint8_t* memory, std::vector<Piece> pieces)
    : region(region), files_(std::move(files)) {
  for (int fd : fds) mappings_.push_back(std::make_unique<Mapping>(fd));
  for (Piece& piece : pieces) {
    Weight weight{{}, {}, piece.parts[0].bytes, memory + piece.to};
    for (size_t part = 0; part < piece.parts.size(); part++) {
      const Piece::Part& from = piece.parts[part];
      const Mapping& mapping = *mappings_[from.file];
      if (from.offset > mapping.bytes() || from.bytes > mapping.bytes() - from.offset)
        fail("bad-checkpoint", "A weight of %llu bytes at %llu ends behind its file of %zu bytes. The file may have changed.", (unsigned long long)from.bytes,
             (unsigned long long)from.offset, mapping.bytes());
      weight.stored[part] = mapping.data() + from.offset;
    }
    weight.piece = std::move(piece);
    weights_.push_back(std::move(weight));
  }
}

bool Deferred::cached() const {
  // The system reads ahead, and gives up, more than this at a time.
  constexpr uint64_t kApart = 1u << 20;
  for (const Weight& weight : weights_) {
    for (const Piece::Part& part : weight.piece.parts) {
      for (uint64_t at = 0; at < part.bytes; at += kApart) {
        if (!files_[part.file].file->cached(part.offset + at)) return false;
      }
    }
  }
  return true;
}

const Deferred::Weight* Deferred::at(const uint8_t* memory, size_t settled) const {
  for (size_t i = settled; i < weights_.size(); i++) {
    if (memory >= weights_[i].memory && memory < weights_[i].memory + weights_[i].piece.room()) return &weights_[i];
  }
  return nullptr;
}

std::vector<Piece> Deferred::next(uint64_t bytes) const {
  std::vector<Piece> some;
  uint64_t taken = 0;
  for (size_t i = settled(); i < weights_.size() && taken < bytes; i++) {
    const Piece& piece = weights_[i].piece;
    // Never two copies in memory: what is read now is read past the mapping.
    for (const Piece::Part& part : piece.parts) mappings_[part.file]->drop(part.offset, part.bytes);
    taken += piece.room();
    some.push_back(piece);
  }
  return some;
}

void Deferred::settle(size_t count) {
  const size_t now = settled() + count;
  settled_.store(now, std::memory_order_release);
  if (now < weights_.size()) return;
  files_.clear();
  for (const auto& mapping : mappings_) mapping->retire();
}

void Deferred::check() {
  for (const auto& mapping : mappings_) mapping->check();
}

}  // namespace engine
