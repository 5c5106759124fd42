#include "readers.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "error.h"

namespace engine {

// As many threads, or rings with so many reads on their way each. Eight weights at once: a disk's queue is full, and each takes
// memory to lay rows out from.
struct Readers::LaneSize {
  int threads, rings;
  unsigned depth;
};

// Who lays out what it read has others on their way meanwhile: more rings than half of the cores only take turns with kernels.
static Readers::LaneSize weight_reads() {
  const int rings = std::clamp((int)std::thread::hardware_concurrency() / 2, 1, 4);
  return {8, rings, 8u / rings};
}
static Readers::LaneSize row_reads() { return {24, 1, 64}; }

// What rows are read into before they are laid out; null where there is no memory.
struct Readers::Room {
  uint8_t* data = nullptr;
  size_t size = 0;
  ~Room() { free(data); }
  uint8_t* take(size_t bytes) {
    if (bytes > size) {
      free(data);
      size = (bytes + kSector - 1) / kSector * kSector;
      data = (uint8_t*)aligned_alloc(kSector, size);
      if (!data) size = 0;
    }
    return data;
  }
};

std::unique_ptr<Readers::Room> Readers::room() {
  std::lock_guard lock(mutex_);
  if (rooms_.empty()) return std::make_unique<Room>();
  auto one = std::move(rooms_.back());
  rooms_.pop_back();
  return one;
}

void Readers::back(std::unique_ptr<Room> room) {
  std::lock_guard lock(mutex_);
  rooms_.push_back(std::move(room));
}

Readers::Readers(std::vector<SourceFile> files, bool direct, uint64_t chunk, Way way)
    : files_(std::move(files)), direct_(direct), chunk_(std::max<uint64_t>(kSector, chunk / kSector * kSector)), way_(way) {}

Readers::~Readers() = default;

// Made when it is first wanted.
Lane& Readers::lane(std::unique_ptr<Lane>& lane, const LaneSize& size, Way way) {
  std::lock_guard lock(mutex_);
  if (lane) return *lane;
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; way == uring && i < size.rings; i++) {
    if (auto reader = uring_reader(size.depth * Lane::kMostRanges)) readers.push_back(std::move(reader));
  }
  const unsigned depth = readers.empty() ? 1 : size.depth;
  for (int i = 0; depth == 1 && i < size.threads; i++) readers.push_back(blocking_reader());
  lane = std::make_unique<Lane>(std::move(readers), depth, meter_);
  return *lane;
}

void Readers::check(int file) const {
  if (file < 0 || file >= (int)files_.size()) fail("bad-option", "There is no file %d to read from.", file);
}

void Readers::row(const std::vector<Bytes>& parts, Done done) {
  std::vector<Range> ranges;
  for (const Bytes& part : parts) ranges.push_back({&files_[part.file], part.reading});
  lane(rows_, row_reads(), way_)
      .post(0, {[ranges](std::vector<Range>& all) {
                  all = ranges;
                  return std::string();
                },
                std::move(done)});
}

// A chunk on its way.
struct Readers::Bringing {
  Readers& readers;
  const Piece& piece;
  const int64_t begin, end;  // bytes, or rows
  uint8_t* const base;
  std::unique_ptr<Room> held = {};
  StoredRows rows = {};

  const SourceFile* file(int part) const { return &readers.files_[piece.parts[part].file]; }
  int64_t row_bytes(int part) const { return piece.encoding ? piece.encoding->rowBytes(part, piece.depth, piece.group) : 1; }

  std::string ranges(std::vector<Range>& all) {
    if (piece.window()) {
      for (int part = 0; part < (int)piece.parts.size(); part++) {
        const Piece::Part& of = piece.parts[part];
        const size_t n = (size_t)((end - begin) * row_bytes(part));
        all.push_back({file(part), {of.offset + begin * row_bytes(part), n, n, nullptr}, of.window});
      }
      return "";
    }
    if (piece.encoding) return stored(all);
    const uint64_t wanted = std::min<uint64_t>(end, piece.wanted) - std::min<uint64_t>(begin, piece.wanted);
    all.push_back({file(0), {piece.parts[0].offset + begin, (size_t)(end - begin), wanted, base + piece.to + begin}});
    return "";
  }

  // Rows of blocks, whole sectors of them, side by side.
  std::string stored(std::vector<Range>& all) {
    rows = {{}, {}, end - begin, piece.depth, piece.group};
    uint64_t first[kMostParts], from[kMostParts], taken[kMostParts], room = 0;
    for (int part = 0; part < piece.encoding->parts; part++) {
      rows.rowBytes[part] = row_bytes(part);
      first[part] = piece.parts[part].offset + begin * rows.rowBytes[part];
      from[part] = first[part] / kSector * kSector;
      taken[part] = (first[part] + (end - begin) * rows.rowBytes[part] - from[part] + kSector - 1) / kSector * kSector;
      room += taken[part];
    }
    held = readers.room();
    uint8_t* into = held->take(room);
    if (!into) return "There is no memory to read " + file(0)->path + " into.";
    for (int part = 0; part < piece.encoding->parts; into += taken[part++]) {
      const uint64_t before = first[part] - from[part], n = (end - begin) * rows.rowBytes[part];
      all.push_back({file(part), readers.direct_ ? Reading{from[part], taken[part], before + n, into} : Reading{first[part], n, n, into + before}});
      rows.part[part] = into + before;
    }
    return "";
  }

  void lay_out() {
    if (!rows.part[0]) return;
    const int64_t panel = piece.encoding->panelBytes(piece.depth);
    uint8_t* to = base + piece.to + begin / kPanel * panel;
    for (int64_t i = 0; i < end - begin; i += kPanel) piece.encoding->pack(rows, i, to + i / kPanel * panel);
  }
};

void Readers::bring(Kind kind, const Piece& piece, int64_t index, uint8_t* base, Done done, std::function<bool()> still) {
  const int64_t step = piece.step(chunk_), begin = index * step;
  auto one = std::make_shared<Bringing>(Bringing{*this, piece, begin, std::min(begin + step, piece.size()), base});
  Read read{[one, still = std::move(still)](std::vector<Range>& ranges) { return still && !still() ? "" : one->ranges(ranges); },
            [one, done = std::move(done)](const std::string& why) {
              if (why.empty()) one->lay_out();
              if (one->held) one->readers.back(std::move(one->held));
              done(why);
            }};
  Lane& its = piece.window() ? lane(windows_, weight_reads(), threads) : lane(weights_, weight_reads(), way_);
  its.post(kind, std::move(read));
}

}  // namespace engine
