// What a step waits for: weights that are streamed, experts that rows are routed to, rows of tables.
#include <algorithm>
#include <chrono>

#include "plan.h"
#include "select.h"

namespace engine {

static int64_t count_of(const Operand& ids, const Step& step) { return size_of(ids.shape).most(step.tokens, step.rows); }

bool Plan::arrived(const PlannedCall& planned, const Step& step, int pass, const std::function<bool()>& stop) {
  const auto began = std::chrono::steady_clock::now();
  const bool stopped = bring(planned, step, pass, stop);
  weights->stalled(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  return stopped;
}

bool Plan::bring(const PlannedCall& planned, const Step& step, int pass, const std::function<bool()>& stop) {
  // Nobody wants a row of this step: what only such rows go through need not be read.
  const Shape& rows = planned.call.output.shape;
  if (planned.firstSegment >= 0 && !(rows.rank > 0 && rows.dims[0] == kRows && step.rows == 0)) {
    if (weights->stream()->need(planned.firstSegment, planned.lastSegment, stop)) return true;
  }
  if (planned.lookUp >= 0) return look_up(lookUps_[planned.lookUp], step, stop);
  return planned.routed >= 0 && route(routed_[planned.routed], step, pass, stop);
}

// What multiplies nothing: the encoding of a weight that is not part of a pass.
static const Encoding kAbsent{"absent",
                              0,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              [](const QuantizedProduct&, const Share&) {},
                              [](const QuantizedProduct&, const Share&) {}, nullptr};

void RoutedCall::Expert::lie(uint8_t* data) const {
  if (type == Type::quantized) {
    auto* held = (QuantizedWeight*)weight->data;
    held->panels = data;
    held->encoding = data ? encoding : &kAbsent;
    return;
  }
  // Kernels of floats pass over a weight that is none.
  weight->type = data ? type : Type::i32;
  if (data) weight->data = data;
}

// An expert product runs once, or, where the experts that rows are routed to have no room together, in passes of some
// of them each: a kernel leaves out experts that are not there. Rows of results belong to one expert each.
bool Plan::route(const RoutedCall& call, const Step& step, int pass, const std::function<bool()>& stop) {
  Experts& experts = *weights->experts();
  if (pass == 0) {
    const int32_t* ids = (const int32_t*)call.ids.data;
    std::vector<bool> seen(call.experts.size());
    std::vector<int> wanted;
    for (int64_t i = 0; i < count_of(call.ids, step); i++) {
      if (ids[i] < 0 || ids[i] >= (int64_t)seen.size() || seen[ids[i]]) continue;
      seen[ids[i]] = true;
      if (call.experts[ids[i]].unit >= 0) wanted.push_back(ids[i]);
    }
    // Those that have a frame first: the others would take it.
    std::stable_partition(wanted.begin(), wanted.end(), [&](int one) { return experts.held(call.experts[one].unit); });
    const size_t all = wanted.size(), frames = (size_t)experts.frames(), most = all <= frames ? frames : std::max<size_t>(1, frames / 2);
    passes_.assign(1, {});
    for (int one : wanted) {
      if (passes_.back().size() == most) passes_.push_back({});
      passes_.back().push_back(one);
    }
  }
  const auto units = [&](const RoutedCall& of, const std::vector<int>& which) {
    std::vector<int> all;
    for (int one : which) all.push_back(of.experts[one].unit);
    return all;
  };
  const std::vector<int> now = units(call, passes_[pass]);
  std::vector<int> ahead;
  if (passes_.size() > 1) {
    if (pass + 1 < (int)passes_.size()) ahead = units(call, passes_[pass + 1]);
  } else {
    for (int follower : call.followers) {
      for (int unit : units(routed_[follower], passes_[0])) ahead.push_back(unit);
    }
  }
  if (!now.empty() && experts.need(now, ahead, stop)) return true;
  for (const RoutedCall::Expert& one : call.experts) {
    if (one.unit >= 0) one.lie(nullptr);
  }
  for (int which : passes_[pass]) {
    const RoutedCall::Expert& one = call.experts[which];
    one.lie(experts.at(one.unit) + one.offset);
  }
  return false;
}

bool Plan::look_up(LookUp& one, const Step& step, const std::function<bool()>& stop) {
  Table& table = weights->table(one.table);
  const int64_t count = count_of(one.ids, step);
  for (int64_t i = 0; i < count; i++) {
    const int64_t id = ((const int32_t*)one.ids.data)[i];
    one.wanted[i] = id >= 0 && id < one.limit ? (int32_t)(id + one.begin) : -1;
  }
  if (table.take(one.wanted.data(), count, one.slots.data(), stop)) return true;
  one.rows->shape.dims[0] = (int32_t)table.capacity();
  if (!one.weight) one.rows->data = (void*)table.data(0);
  for (size_t part = 0; one.weight && part < table.parts(); part++) one.weight->rows.part[part] = table.data(part);
  return false;
}

void Plan::ask(const Step& step) {
  for (const MappedRows& one : mappedRows_) {
    for (int64_t i = 0; one.asked && i < step.tokens; i++) one.ask(((const int32_t*)ids_.data())[i]);
  }
  for (LookUp& one : lookUps_) {
    weights->table(one.table).hold((int64_t)one.slots.size());
    if (!one.early) continue;
    const int64_t count = count_of(one.ids, step);
    for (int64_t i = 0; i < count; i++) one.wanted[i] = (int32_t)(((const int32_t*)one.ids.data)[i] + one.begin);
    weights->table(one.table).ask(one.wanted.data(), count);
  }
}

// What is chosen is most often the best candidate: its rows come while the answer goes on its way.
void Plan::ask_next(const SelectRows& select) {
  for (LookUp& one : lookUps_) {
    if (!one.early || select.result.candidates < 1) continue;
    std::vector<int32_t> ids;
    for (int32_t row = 0; row < select.rows; row++) ids.push_back(select.result.ids[(size_t)row * select.result.candidates] + (int32_t)one.begin);
    weights->table(one.table).ask(ids.data(), (int64_t)ids.size());
  }
}

}  // namespace engine
