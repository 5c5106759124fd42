#include "stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "error.h"

namespace engine {

// One read: large enough for a disk's full rate, small enough that several readers share a segment.
static constexpr uint64_t kChunk = 1 << 20;
// How often a waiting step asks whether it shall stop.
static constexpr auto kAsk = std::chrono::milliseconds(20);

static void check(const std::vector<StreamPiece>& pieces, const std::vector<StreamSegment>& segments, size_t files, uint64_t ringBytes) {
  for (const StreamSegment& segment : segments) {
    if (segment.first < 0 || segment.count < 0 || segment.first > (int)pieces.size() - segment.count) fail("bad-option", "stream: a segment without pieces.");
  }
  for (const StreamPiece& piece : pieces) {
    if (piece.file < 0 || piece.file >= (int)files || piece.to > ringBytes || piece.bytes > ringBytes - piece.to || piece.wanted > piece.bytes) {
      fail("bad-option", "stream: a piece of %llu bytes does not fit its ring.", (unsigned long long)piece.bytes);
    }
  }
}

Stream::Stream(std::vector<StreamFile> files, std::vector<StreamPiece> pieces, std::vector<StreamSegment> segments, uint8_t* ring,
               uint64_t ringBytes, int readers)
    : files_(std::move(files)), pieces_(std::move(pieces)), segments_(std::move(segments)), ring_(ring) {
  check(pieces_, segments_, files_.size(), ringBytes);
  const int n = size();
  for (int i = 0; i < n; i++) {
    int back = 1;
    while (back < n && !overlap(i, (i - back + n) % n)) back++;
    back_.push_back(back);
  }
  for (int i = 0; i < readers && n > 0; i++) readers_.emplace_back([this] { reader(); });
}

bool Stream::overlap(int a, int b) const {
  for (int i = segments_[a].first; i < segments_[a].first + segments_[a].count; i++) {
    for (int k = segments_[b].first; k < segments_[b].first + segments_[b].count; k++) {
      if (pieces_[i].to < pieces_[k].to + pieces_[k].bytes && pieces_[k].to < pieces_[i].to + pieces_[i].bytes) return true;
    }
  }
  return false;
}

bool Stream::fits(int first, int last) const {
  for (int a = first; a <= last; a++) {
    for (int b = first; b < a; b++) {
      if (overlap(a, b)) return false;
    }
  }
  return true;
}

Stream::~Stream() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_all();
  for (auto& thread : readers_) thread.join();
}

bool Stream::placeFree(int64_t turn) const {
  if (!broken_.empty()) return false;
  const int64_t before = turn - back_[turn % size()];
  if (before >= done_) return false;
  // Given up, but perhaps still being written.
  return std::none_of(active_.begin(), active_.end(), [&](const Active& one) { return one.turn < done_ && one.left > 0; });
}

bool Stream::start() {
  if (!placeFree(next_)) return false;
  const StreamSegment& segment = segments_[next_ % size()];
  Active active{next_, 0};
  for (int piece = segment.first; piece < segment.first + segment.count; piece++) {
    for (uint64_t at = 0; at < pieces_[piece].bytes; at += kChunk, active.left++) {
      chunks_.push_back({next_, piece, at, std::min(at + kChunk, pieces_[piece].bytes)});
    }
  }
  active_.push_back(active);
  next_++;
  if (active.left == 0) arrived_.notify_all();
  return true;
}

void Stream::reader() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!ending_ && chunks_.empty() && !start()) work_.wait(lock);
    if (ending_) return;
    if (chunks_.empty()) continue;
    const Chunk chunk = chunks_.front();
    chunks_.pop_front();
    reading_++;
    lock.unlock();
    work_.notify_one();
    const StreamPiece& piece = pieces_[chunk.piece];
    const StreamFile& from = files_[piece.file];
    const uint64_t offset = piece.offset + chunk.begin;
    const uint64_t wanted = std::min(chunk.end, piece.wanted) - std::min(chunk.begin, piece.wanted);
    const std::string why = from.file->read(ring_ + piece.to + chunk.begin, chunk.end - chunk.begin, wanted, offset);
    lock.lock();
    reading_--;
    bytesRead_ += chunk.end - chunk.begin;
    if (!why.empty()) broken_ = "Reading " + from.path + " at byte " + std::to_string(offset) + " failed: " + why;
    settle(chunk);
  }
}

void Stream::settle(const Chunk& chunk) {
  const auto found = std::find_if(active_.begin(), active_.end(), [&](const Active& one) { return one.turn == chunk.turn; });
  if (--found->left == 0 && chunk.turn < done_) active_.erase(found);
  arrived_.notify_all();
  work_.notify_one();
}

// All turns before this one are used up, or will not be.
void Stream::giveUp(int64_t turn) {
  if (turn <= done_) return;
  done_ = turn;
  std::erase_if(chunks_, [&](const Chunk& chunk) {
    if (chunk.turn >= turn) return false;
    for (Active& one : active_) {
      if (one.turn == chunk.turn) one.left--;
    }
    return true;
  });
  std::erase_if(active_, [&](const Active& one) { return one.turn < turn && one.left == 0; });
  next_ = std::max(next_, turn);
  work_.notify_all();
}

bool Stream::lies(int64_t turn) const {
  return std::any_of(active_.begin(), active_.end(), [&](const Active& one) { return one.turn == turn && one.left == 0; });
}

// Nothing is kept, so that the same is read anew. Why it could not be read.
std::string Stream::restart(std::unique_lock<std::mutex>& lock) {
  chunks_.clear();
  arrived_.wait(lock, [this] { return reading_ == 0; });
  active_.clear();
  next_ = done_;
  work_.notify_all();
  return std::exchange(broken_, "");
}

bool Stream::need(int first, int last, const std::function<bool()>& stop) {
  std::unique_lock lock(mutex_);
  touched_ = true;
  const int64_t turn = done_ + ((first - done_) % size() + size()) % size();
  giveUp(turn);
  const auto began = std::chrono::steady_clock::now();
  bool stopped = false, again = false;
  for (int64_t one = turn; one <= turn + last - first && !stopped; one++) {
    while (!lies(one) && !stopped) {
      if (!broken_.empty()) {
        // A read ahead may have failed long ago; twice is no accident.
        const std::string why = restart(lock);
        if (again) throw Error("io-failed", why);
        again = true;
      }
      arrived_.wait_for(lock, kAsk);
      stopped = stop();
    }
  }
  stall_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return stopped;
}

void Stream::finish() {
  std::lock_guard lock(mutex_);
  if (touched_) giveUp((done_ / size() + 1) * size());
  touched_ = false;
}

StreamCounters Stream::counters() const {
  std::lock_guard lock(mutex_);
  return {bytesRead_, stall_};
}

}  // namespace engine
