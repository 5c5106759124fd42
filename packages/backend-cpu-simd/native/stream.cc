#include "stream.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "error.h"

namespace engine {

// How often a waiting step asks whether it shall stop.
static constexpr auto kAsk = std::chrono::milliseconds(20);

Stream::Stream(Readers& readers, std::vector<Piece> pieces, std::vector<StreamSegment> segments, uint8_t* ring, uint64_t ringBytes,
               uint64_t windowBytes)
    : readers_(readers), pieces_(std::move(pieces)), segments_(std::move(segments)), ring_(ring), windowBytes_(windowBytes) {
  for (const StreamSegment& segment : segments_) {
    if (segment.first < 0 || segment.count < 0 || segment.first > (int)pieces_.size() - segment.count) fail("bad-option", "stream: a segment without pieces.");
  }
  for (const Piece& piece : pieces_) readers_.check(piece, piece.window() ? windowBytes : ringBytes);
  const int n = size();
  for (int i = 0; i < n; i++) {
    int back = 1;
    while (back < n && !overlap(i, (i - back + n) % n)) back++;
    back_.push_back(back);
  }
  std::lock_guard lock(mutex_);
  advance();
}

bool Stream::overlap(int a, int b) const {
  for (int i = segments_[a].first; i < segments_[a].first + segments_[a].count; i++) {
    for (int k = segments_[b].first; k < segments_[b].first + segments_[b].count; k++) {
      if (pieces_[i].window() == pieces_[k].window() && pieces_[i].to < pieces_[k].to + pieces_[k].room() && pieces_[k].to < pieces_[i].to + pieces_[i].room()) return true;
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

bool Stream::placeFree(int64_t turn) const {
  if (!broken_.empty()) return false;
  const int64_t before = turn - back_[turn % size()];
  if (before >= done_) return false;
  // Given up, but perhaps still being written.
  return std::none_of(active_.begin(), active_.end(), [&](const Active& one) { return one.turn < done_ && one.left > 0; });
}

void Stream::advance() {
  while (size() > 0 && placeFree(next_)) {
    const StreamSegment& segment = segments_[next_ % size()];
    const int64_t turn = next_++;
    active_.push_back({turn, 0, true});
    for (int piece = segment.first; piece < segment.first + segment.count; piece++) {
      if (warm_ && pieces_[piece].window()) {
        found_ += pieces_[piece].room();
        continue;
      }
      const int64_t chunks = pieces_[piece].chunks(readers_.chunk());
      active_.back().left += (int)chunks;
      for (int64_t i = 0; i < chunks; i++) readers_.bring(Readers::ahead, pieces_[piece], i, ring_, [this, turn](const std::string& why) { came(turn, why); }, [this, turn] { return wanted(turn); });
    }
  }
}

// A step that ended early, or an error, leaves reads that nobody wants.
bool Stream::wanted(int64_t turn) {
  std::lock_guard lock(mutex_);
  return turn >= done_ && broken_.empty();
}

// A chunk of it is there, or nobody wants it any more, or it cannot be read.
void Stream::came(int64_t turn, const std::string& why) {
  std::lock_guard lock(mutex_);
  if (!why.empty()) broken_ = why;
  const auto found = std::find_if(active_.begin(), active_.end(), [&](const Active& one) { return one.turn == turn; });
  if (!broken_.empty()) found->whole = false;
  if (--found->left == 0 && turn < done_) {
    leave(segments_[turn % size()]);
    active_.erase(found);
  }
  advance();
  arrived_.notify_all();
}

// All turns before this one are used up, or will not be.
void Stream::giveUp(int64_t turn) {
  if (turn <= done_) return;
  done_ = turn;
  std::erase_if(active_, [&](const Active& one) {
    if (one.turn >= turn || one.left > 0) return false;
    leave(segments_[one.turn % size()]);
    return true;
  });
  next_ = std::max(next_, turn);
  advance();
}

// Windows leave the process together, while there is room: every time all its threads must hear of it.
void Stream::leave(const StreamSegment& segment) {
  for (int i = segment.first; i < segment.first + segment.count; i++) {
    if (!pieces_[i].window()) continue;
    left_.push_back(i);
    leftBytes_ += pieces_[i].room();
  }
  if (2 * leftBytes_ >= windowBytes_) drop();
}

// What follows in a file goes in one call: each makes all threads forget the pages it took.
void Stream::drop() {
  std::vector<Piece::Part> parts;
  for (int i : left_) parts.insert(parts.end(), pieces_[i].parts.begin(), pieces_[i].parts.end());
  std::sort(parts.begin(), parts.end(), [](const Piece::Part& a, const Piece::Part& b) { return std::tie(a.window, a.offset) < std::tie(b.window, b.offset); });
  for (size_t i = 0; i < parts.size();) {
    const Piece::Part& first = parts[i];
    uint64_t end = first.offset;
    for (; i < parts.size() && parts[i].window == first.window && parts[i].offset <= end + Mapping::kAround; i++) end = std::max(end, parts[i].offset + parts[i].bytes);
    first.window->drop(first.offset, end - first.offset);
  }
  left_.clear();
  leftBytes_ = 0;
}

bool Stream::lies(int64_t turn) const {
  return std::any_of(active_.begin(), active_.end(), [&](const Active& one) { return one.turn == turn && one.left == 0 && one.whole; });
}

// Nothing is kept, so that the same is read anew. Why it could not be read.
std::string Stream::restart(std::unique_lock<std::mutex>& lock) {
  arrived_.wait(lock, [this] { return std::all_of(active_.begin(), active_.end(), [](const Active& one) { return one.left == 0; }); });
  for (const Active& one : active_) leave(segments_[one.turn % size()]);
  active_.clear();
  next_ = done_;
  const std::string why = std::exchange(broken_, "");
  advance();
  return why;
}

bool Stream::need(int first, int last, const std::function<bool()>& stop) {
  std::unique_lock lock(mutex_);
  if (!std::exchange(touched_, true)) began_ = Clock::now();
  const int64_t turn = done_ + ((first - done_) % size() + size()) % size();
  giveUp(turn);
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
  return stopped;
}

void Stream::finish() {
  std::lock_guard lock(mutex_);
  if (!touched_) return;
  touched_ = false;
  if (found_ > 0) readers_.found(std::exchange(found_, 0), std::chrono::duration<double>(Clock::now() - began_).count());
  struct rusage use {};
  getrusage(RUSAGE_SELF, &use);
  warm_ = use.ru_majflt == std::exchange(faults_, use.ru_majflt);
  giveUp((done_ / size() + 1) * size());
}

}  // namespace engine
