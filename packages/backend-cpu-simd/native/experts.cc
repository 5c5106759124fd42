#include "experts.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "error.h"

namespace engine {

static constexpr auto kAsk = std::chrono::milliseconds(20);
// What a use counts for, a step later.
static constexpr double kFading = 0.95;

Experts::Experts(Readers& readers, std::vector<Piece> pieces, std::vector<ExpertUnit> units, std::vector<int> layers, uint8_t* memory,
                 uint64_t bytes, uint64_t frameBytes)
    : readers_(readers), pieces_(std::move(pieces)), units_(std::move(units)), frameBytes_(frameBytes), memory_(memory) {
  if (frameBytes < 1 || bytes < frameBytes) fail("bad-option", "experts: no memory for one.");
  for (const Piece& piece : pieces_) readers_.check(piece, frameBytes);
  for (int layer : layers) {
    if (layer < 0) fail("bad-option", "experts: a layer below 0.");
    layers_ = std::max(layers_, layer + 1);
    bundles_.push_back({layer, -1, 0, 0, 0, 0});
  }
  unitsOf_.resize(bundles_.size());
  for (size_t i = 0; i < units_.size(); i++) {
    const ExpertUnit& unit = units_[i];
    if (unit.bundle < 0 || unit.bundle >= (int)bundles_.size() || unit.first < 0 || unit.count < 1 || unit.first > (int)pieces_.size() - unit.count)
      fail("bad-option", "experts: one without pieces.");
    unitsOf_[unit.bundle].push_back((int)i);
  }
  states_.resize(units_.size(), {absent, 0});
  held_.resize(std::min<uint64_t>(bytes / frameBytes, bundles_.size()), -1);
}

bool Experts::held(int unit) const {
  std::lock_guard lock(mutex_);
  return bundles_[units_[unit].bundle].frame >= 0;
}

double Experts::score(const Bundle& bundle) const { return bundle.score * std::pow(kFading, (double)(sweep_ - bundle.used)); }

void Experts::use(int index) {
  Bundle& bundle = bundles_[index];
  if (bundle.layer < layer_) sweep_++;
  layer_ = bundle.layer;
  bundle.wanted = call_;
  if (bundle.used == sweep_ && bundle.score > 0) return;
  bundle.score = score(bundle) + 1;
  bundle.used = sweep_;
}

// That of the bundle used least; among equals of the one whose layer comes last from here on, for steps walk in a cycle.
int Experts::frame_for(int index) {
  const auto ahead = [&](const Bundle& one) { return (one.layer - bundles_[index].layer - 1 + layers_) % layers_; };
  int best = -1;
  for (int frame = 0; frame < (int)held_.size(); frame++) {
    if (held_[frame] < 0) return frame;
    const Bundle& one = bundles_[held_[frame]];
    if (one.wanted == call_ || one.reading > 0) continue;
    if (best < 0) best = frame;
    const Bundle& other = bundles_[held_[best]];
    const double a = score(one), b = score(other);
    if (a < b || (a == b && ahead(one) > ahead(other))) best = frame;
  }
  return best;
}

bool Experts::begin(int index) {
  if (states_[index].state != absent) return true;
  const ExpertUnit& unit = units_[index];
  Bundle& bundle = bundles_[unit.bundle];
  if (bundle.frame < 0) {
    const int frame = frame_for(unit.bundle);
    if (frame < 0) return false;
    if (held_[frame] >= 0) {
      bundles_[held_[frame]].frame = -1;
      for (int other : unitsOf_[held_[frame]]) states_[other].state = absent;
    }
    held_[frame] = unit.bundle;
    bundle.frame = frame;
  }
  counters_.reads++;
  states_[index] = {reading, 0};
  for (int piece = unit.first; piece < unit.first + unit.count; piece++) {
    const int64_t chunks = pieces_[piece].chunks(readers_.chunk());
    states_[index].left += (int)chunks;
    uint8_t* const frame = memory_ + frameBytes_ * bundle.frame;
    for (int64_t i = 0; i < chunks; i++) readers_.bring(Readers::wanted, pieces_[piece], i, frame, [this, index](const std::string& why) { came(index, why); });
  }
  bundle.reading += states_[index].left;
  if (states_[index].left == 0) states_[index].state = there;
  return true;
}

void Experts::came(int index, const std::string& why) {
  std::lock_guard lock(mutex_);
  Unit& unit = states_[index];
  bundles_[units_[index].bundle].reading--;
  unit.left--;
  if (!why.empty()) broken_ = why;
  // An error anywhere may be this one's: what is still on its way then is read again.
  if (unit.left == 0) unit.state = broken_.empty() ? there : absent;
  arrived_.notify_all();
}

bool Experts::need(const std::vector<int>& now, const std::vector<int>& ahead, const std::function<bool()>& stop) {
  std::unique_lock lock(mutex_);
  call_++;
  for (const auto* units : {&now, &ahead}) {
    for (int unit : *units) use(units_[unit].bundle);
  }
  counters_.uses += now.size();
  bool again = false;
  for (;;) {
    bool whole = true;
    if (!broken_.empty()) {
      arrived_.wait(lock, [this] { return std::all_of(bundles_.begin(), bundles_.end(), [](const Bundle& one) { return one.reading == 0; }); });
      // Another step's read may have failed long ago; twice is no accident.
      const std::string why = std::exchange(broken_, "");
      if (again) throw Error("io-failed", why);
      again = true;
    }
    for (int unit : now) whole = begin(unit) && whole;
    for (int unit : ahead) {
      if (!begin(unit)) break;
    }
    whole = whole && std::all_of(now.begin(), now.end(), [&](int unit) { return states_[unit].state == there; });
    if (whole) return false;
    arrived_.wait_for(lock, kAsk);
    if (stop()) return true;
  }
}

ExpertCounters Experts::counters() const {
  std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace engine
