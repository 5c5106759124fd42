#include "pieces.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

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

// Threads that read weights at once: a disk's queue is full, and each takes memory to lay rows out from.
static constexpr int kWeights = 8;

// What a thread reads rows into before it lays them out; null where there is no memory.
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

static double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

Readers::Readers(std::vector<SourceFile> files, bool direct, uint64_t chunk, int threads)
    : files_(std::move(files)), direct_(direct), chunk_(std::max<uint64_t>(kSector, chunk / kSector * kSector)) {
  for (int i = 0; i < threads; i++) threads_.emplace_back([this] { work(); });
}

Readers::~Readers() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  posted_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Readers::check(const Piece& piece, uint64_t bytes) const { check_piece(piece, files_.size(), bytes); }

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

void Readers::post(Kind kind, std::function<void()> job) {
  {
    std::lock_guard lock(mutex_);
    queues_[kind].push_back(std::move(job));
  }
  posted_.notify_one();
}

std::deque<std::function<void()>>* Readers::next() {
  for (int kind : {row, wanted, ahead}) {
    if (!queues_[kind].empty() && (kind == row || weights_ < kWeights)) return &queues_[kind];
  }
  return nullptr;
}

void Readers::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    std::deque<std::function<void()>>* queue = nullptr;
    posted_.wait(lock, [&] { return ending_ || (queue = next()); });
    if (ending_) return;
    const bool weights = queue != &queues_[row];
    weights_ += weights;
    const auto job = std::move(queue->front());
    queue->pop_front();
    lock.unlock();
    job();
    lock.lock();
    weights_ -= weights;
    if (weights && next()) posted_.notify_one();
  }
}

std::string Readers::counted(int file, uint64_t offset, uint64_t n, const std::function<std::string()>& read) {
  {
    std::lock_guard lock(counting_);
    if (reading_++ == 0) since_ = now();
  }
  const std::string why = read();
  {
    std::lock_guard lock(counting_);
    if (--reading_ == 0) counters_.seconds += now() - since_;
    counters_.bytes += n;
  }
  return why.empty() ? why : "Reading " + files_[file].path + " at byte " + std::to_string(offset) + " failed: " + why;
}

std::string Readers::read(int file, uint64_t offset, uint64_t n, uint64_t wanted, uint8_t* into) {
  return counted(file, offset, n, [&] { return files_[file].file->read(into, n, wanted, offset); });
}

void Readers::found(uint64_t bytes, double seconds) {
  std::lock_guard lock(counting_);
  counters_.bytes += bytes;
  counters_.seconds += seconds;
}

std::string Readers::bring(const Piece& piece, int64_t index, uint8_t* base) {
  const int64_t step = piece.step(chunk_), begin = index * step, end = std::min(begin + step, piece.size());
  if (piece.window()) {
    for (size_t part = 0; part < piece.parts.size(); part++) {
      const int64_t row = piece.encoding ? piece.encoding->rowBytes((int32_t)part, piece.depth, piece.group) : 1;
      const Piece::Part& of = piece.parts[part];
      const uint64_t at = of.offset + begin * row, n = (end - begin) * row;
      const std::string why = counted(of.file, at, n, [&] { return of.window->populate(at, n); });
      if (!why.empty()) return why;
    }
    return "";
  }
  if (!piece.encoding) {
    const uint64_t wanted = std::min<uint64_t>(end, piece.wanted) - std::min<uint64_t>(begin, piece.wanted);
    return read(piece.parts[0].file, piece.parts[0].offset + begin, end - begin, wanted, base + piece.to + begin);
  }
  auto held = room();
  StoredRows rows{{}, {}, end - begin, piece.depth, piece.group};
  uint64_t from[kMostParts], taken[kMostParts], all = 0;
  for (int32_t part = 0; part < piece.encoding->parts; part++) {
    rows.rowBytes[part] = piece.encoding->rowBytes(part, piece.depth, piece.group);
    const uint64_t first = piece.parts[part].offset + begin * rows.rowBytes[part], last = first + (end - begin) * rows.rowBytes[part];
    from[part] = first / kSector * kSector;
    taken[part] = (last - from[part] + kSector - 1) / kSector * kSector;
    all += taken[part];
  }
  uint8_t* into = held->take(all);
  if (!into) return "There is no memory to read " + files_[piece.parts[0].file].path + " into.";
  for (int32_t part = 0; part < piece.encoding->parts; into += taken[part++]) {
    const uint64_t first = piece.parts[part].offset + begin * rows.rowBytes[part], n = (end - begin) * rows.rowBytes[part];
    const uint64_t before = first - from[part];
    const std::string why = direct_ ? read(piece.parts[part].file, from[part], taken[part], before + n, into)
                                    : read(piece.parts[part].file, first, n, n, into + before);
    if (!why.empty()) return why;
    rows.part[part] = into + before;
  }
  uint8_t* to = base + piece.to + begin / kPanel * piece.encoding->panelBytes(piece.depth);
  for (int64_t i = 0; i < end - begin; i += kPanel) piece.encoding->pack(rows, i, to + i / kPanel * piece.encoding->panelBytes(piece.depth));
  std::lock_guard lock(mutex_);
  rooms_.push_back(std::move(held));
  return "";
}

ReadCounters Readers::counters() const {
  std::lock_guard lock(counting_);
  ReadCounters counters = counters_;
  if (reading_ > 0) counters.seconds += now() - since_;
  return counters;
}

}  // namespace engine
