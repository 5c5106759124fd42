#include "tables.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "error.h"

namespace engine {

static constexpr auto kAsk = std::chrono::milliseconds(20);

Table::Table(Readers& readers, std::vector<Part> parts, int64_t rows, int64_t capacity, Live live)
    : readers_(readers), parts_(std::move(parts)), rows_(rows), live_(std::move(live)) {
  if (parts_.empty() || parts_.size() > kMostParts || rows < 1 || rows > INT32_MAX) fail("bad-option", "A table has no rows.");
  for (const Part& part : parts_) {
    readers_.check(part.file);
    if (part.rowBytes < 1) fail("bad-option", "A table has no columns.");
  }
  lay_out(std::clamp<int64_t>(capacity, 1, rows));
}

// All slots are empty, in a list from the first to the last.
void Table::lay_out(int64_t capacity) {
  uint64_t bytes = 0;
  for (size_t part = 0; part < parts_.size(); part++) {
    begins_[part] = bytes;
    bytes += (uint64_t)((parts_[part].rowBytes * capacity + 63) / 64 * 64);
  }
  memory_ = Memory();
  memory_ = Memory(bytes, live_);
  slotOf_.clear();
  slots_.assign((size_t)capacity, {});
  for (int32_t i = 0; i < (int32_t)capacity; i++) slots_[i] = {-1, false, 0, i - 1, i + 1 < (int32_t)capacity ? i + 1 : -1};
  oldest_ = 0;
  newest_ = (int32_t)capacity - 1;
}

void Table::hold(int64_t rows) {
  std::unique_lock lock(mutex_);
  rows = std::min(rows, rows_);
  if (rows <= capacity()) return;
  arrived_.wait(lock, [this] { return reading_ == 0; });
  lay_out(rows);
}

void Table::freshen(int32_t at) {
  if (at == newest_) return;
  Slot& slot = slots_[at];
  (slot.older < 0 ? oldest_ : slots_[slot.older].newer) = slot.newer;
  slots_[slot.newer].older = slot.older;
  slot.older = newest_;
  slot.newer = -1;
  slots_[newest_].newer = at;
  newest_ = at;
}

int32_t Table::free_slot() {
  for (int32_t at = oldest_; at >= 0; at = slots_[at].newer) {
    if (!slots_[at].reading && slots_[at].wanted != call_) return at;
  }
  return -1;
}

// Whether all have a slot. Rows are read in the order of the file, each by itself: a disk with a queue orders them no worse.
bool Table::begin(const std::vector<int32_t>& ids) {
  for (int32_t id : ids) {
    const auto found = slotOf_.find(id);
    if (found == slotOf_.end()) continue;
    slots_[found->second].wanted = call_;
    freshen(found->second);
  }
  bool all = true;
  for (int32_t id : ids) {
    if (slotOf_.contains(id)) continue;
    const int32_t at = free_slot();
    if (at < 0) {
      all = false;
      continue;
    }
    if (slots_[at].id >= 0) slotOf_.erase(slots_[at].id);
    slotOf_[id] = at;
    slots_[at].id = id;
    slots_[at].wanted = call_;
    slots_[at].reading = true;
    freshen(at);
    reading_++;
    std::vector<Readers::Bytes> row;
    for (size_t part = 0; part < parts_.size(); part++) {
      const auto [file, offset, rowBytes] = parts_[part];
      row.push_back({file, {offset + (uint64_t)(id * rowBytes), (size_t)rowBytes, (size_t)rowBytes, memory_.data() + begins_[part] + at * rowBytes}});
    }
    readers_.row(row, [this, id, at](const std::string& why) { came(id, at, why); });
  }
  return all;
}

void Table::came(int32_t id, int32_t at, const std::string& why) {
  std::lock_guard lock(mutex_);
  reading_--;
  slots_[at].reading = false;
  if (!why.empty()) {
    broken_ = why;
    slotOf_.erase(id);
    slots_[at].id = -1;
  }
  arrived_.notify_all();
}

static std::vector<int32_t> sorted(const int32_t* ids, int64_t count, int64_t rows) {
  std::vector<int32_t> all;
  for (int64_t i = 0; i < count; i++) {
    if (ids[i] >= 0 && ids[i] < rows) all.push_back(ids[i]);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

void Table::ask(const int32_t* ids, int64_t count) {
  const auto all = sorted(ids, count, rows_);
  std::lock_guard lock(mutex_);
  call_++;
  begin(all);
}

bool Table::take(const int32_t* ids, int64_t count, int32_t* slots, const std::function<bool()>& stop) {
  const auto all = sorted(ids, count, rows_);
  std::unique_lock lock(mutex_);
  call_++;
  bool again = false;
  for (;;) {
    if (!broken_.empty()) {
      arrived_.wait(lock, [this] { return reading_ == 0; });
      // A row asked for ahead may have failed; twice is no accident.
      const std::string why = std::exchange(broken_, "");
      if (again) throw Error("io-failed", why);
      again = true;
    }
    const bool whole = begin(all) && std::all_of(all.begin(), all.end(), [&](int32_t id) { return !slots_[slotOf_[id]].reading; });
    if (whole) break;
    arrived_.wait_for(lock, kAsk);
    if (stop()) return true;
  }
  for (int64_t i = 0; i < count; i++) slots[i] = ids[i] >= 0 && ids[i] < rows_ ? slotOf_[ids[i]] : -1;
  return false;
}

}  // namespace engine
