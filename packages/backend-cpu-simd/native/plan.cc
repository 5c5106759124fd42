#include "plan.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>

#include "lowering.h"
#include "select.h"

namespace engine {

Plan::Plan(std::shared_ptr<Weights> w, std::shared_ptr<State> s, const std::vector<std::string>& ops, const Program& program,
           const std::vector<WeightPlace>& places, const std::vector<BlocksPlace>& blocks, const float* constants, size_t constantCount, const std::vector<int32_t>& caches,
           const std::vector<int32_t>& states)
    : weights(std::move(w)), state(std::move(s)), cacheOf_(caches) {
  if (weights->device != state->device) fail("bad-option", "plan: the weights and the state belong to different devices.");
  alive();
  Device& device = *weights->device;
  limits = {program.maxTokens, program.maxRows, program.maxSequences, {0, 0, 0}, {}, 0, 0, !states.empty()};
  limits.groups.resize(state->blocks.size());
  for (int32_t cache : cacheOf_) {
    if (cache < 0 || cache >= (int32_t)state->caches.size()) fail("bad-option", "plan: the state has no cache %d.", cache);
    const Cache& held = state->caches[cache];
    auto& group = limits.groups[held.group];
    group.window = group.used && (group.window == 0 || held.window == 0) ? 0 : std::max(group.window, held.window);
    group.used = true;
    views_.push_back(held.view);
  }
  for (int32_t one : states) {
    if (one < 0 || one >= (int32_t)state->recurrent.size()) fail("bad-option", "plan: the state has no recurrent state %d.", one);
    states_.push_back({(float*)state->recurrent[one].pool.data(), state->recurrent[one].width});
  }
  arena_ = Memory((size_t)program.arenaBytes, device.live);
  if (weights->deferred()) settled_ = weights->deferred()->settled();
  ids_ = Memory(3 * 4 * (size_t)program.maxTokens, device.live);
  Lowering(*this, program, ops, places, blocks, constants, constantCount).run();
  scratchBytes_ = std::max<int64_t>({(scratchBytes_ + 63) / 64 * 64, kSelectScratch, kMatmulScratch});
  scratch_ = Memory((size_t)scratchBytes_ * device.pool().threads(), device.live);
  for (PlannedCall& planned : calls_) planned.call.partials = (float*)partials_.data();
  for (auto& calls : oneRow_) {
    for (OneRowCall& one : calls) one.call.partials = (float*)partials_.data();
  }
}

void Plan::alive() const {
  if (released) fail("disposed", "The plan was disposed.");
  if (weights->released()) fail("disposed", "The plan's weights were disposed.");
  if (state->released()) fail("disposed", "The plan's state was disposed.");
}

void Plan::release() {
  released = true;
  calls_.clear();
  oneRow_.clear();
  inputs_.clear();
  outputs_.clear();
  kept_.clear();
  quantized_.clear();
  taken_.clear();
  routed_.clear();
  lookUps_.clear();
  mappedRows_.clear();
  for (Memory* memory : {&arena_, &ids_, &scratch_, &partials_, &rounded_, &rowMemory_}) *memory = Memory();
}

int64_t Plan::bytes() const {
  size_t total = arena_.bytes() + ids_.bytes() + scratch_.bytes() + partials_.bytes() + rounded_.bytes() + rowMemory_.bytes();
  for (const Memory& memory : kept_) total += memory.bytes();
  return (int64_t)total;
}

void Plan::settle() {
  const Deferred* deferred = weights->deferred();
  for (const size_t now = deferred ? deferred->settled() : 0; settled_ < now; settled_++) {
    const Deferred::Weight& one = (*deferred)[settled_];
    for (QuantizedWeight& weight : quantized_) {
      if (!weight.panels && weight.rows.part[0] == one.stored[0]) weight.panels = one.memory;
    }
    for (std::vector<Operand>& inputs : inputs_) {
      for (Operand& x : inputs) {
        const auto* data = (const uint8_t*)x.data;
        if (data >= one.stored[0] && data < one.stored[0] + one.bytes) x.data = one.memory + (data - one.stored[0]);
      }
    }
  }
}

Step Plan::begin(const StepInput& input) {
  for (int i = 0; i < 3; i++) {
    memcpy(ids_.data() + 4 * (int64_t)limits.tokens * i, input.ids[i].data(), 4 * input.ids[i].size());
  }
  for (size_t i = 0; i < views_.size(); i++) {
    const int32_t group = state->caches[cacheOf_[i]].group;
    views_[i].table = input.tables[group].data();
    views_[i].tableWidth = input.widths[group];
  }
  return {input.tokens(), input.rows(), input.wanted.data(), input.sequence.data(), input.place.data(), input.blockEnd.data(), input.given.data(), views_.data(),
          states_.data(), input.rowsOf.data(), (int32_t)input.rowsOf.size()};
}

// However a step ends, what it streamed is given up.
struct Sweep {
  Stream* stream;
  ~Sweep() {
    if (stream) stream->finish();
  }
};

void Plan::run(const StepInput& input, const std::vector<bool>& asked, StepResult& result, const std::atomic<bool>& abort) {
  alive();
  settle();
  weights->check();
  lastRows_ = 0;
  const Step step = begin(input);
  Device& device = *weights->device;
  const auto stop = [&] { return abort.load(std::memory_order_relaxed) || device.stopping(); };
  bool stopped = stop();
  const bool selects = input.selects && logits_ >= 0 && input.rows() > 0;
  SelectRows select{input.select, input.rows(), limits.vocab, logits_ >= 0 ? (const float*)outputs_[logits_].data : nullptr, result,
                    *device.level.kernels, device.pool().threads()};
  if (selects) select.prepare();
  const Sweep sweep{weights->stream()};
  ask(step);
  if (!stopped) stopped = walk(step, selects ? &select : nullptr, stop);
  weights->check();
  if (stopped) fail("aborted", "The step was stopped.");
  if (selects) ask_next(select);
  lastRows_ = input.rows();
  deliver(input, asked, result);
}

template <class Halts>
bool Plan::walk_calls(const Step& step, const Share& share, Halts&& halts) const {
  for (const PlannedCall& planned : calls_) {
    int pass = 0;
    do {
      if ((planned.barrier || planned.reads()) && halts(&planned, pass)) return true;
      if (planned.round) {
        planned.round(planned.call, step, share);
        if (halts(nullptr, 0)) return true;
      }
      planned.call.kernel(planned.call, step, share);
    } while (planned.routed >= 0 && ++pass < (int)passes_.size());
  }
  return false;
}

template <class Halts>
bool Plan::walk_row(const Step& step, const Share& share, Halts&& halts) const {
  const Share whole{0, 1, share.scratch};
  const auto splits = weights->device->level.kernels->attention_splits;
  for (const OneRowCall& one : oneRow_[share.thread]) {
    if (one.joins && !splits(one.call, step, share)) continue;
    if (one.barrier && halts()) return true;
    one.call.kernel(one.call, step, one.own ? whole : share);
  }
  return false;
}

bool Plan::walk(const Step& step, SelectRows* select, const std::function<bool()>& stop) {
  Device& device = *weights->device;
  Pool& pool = device.pool();
  const auto began = std::chrono::steady_clock::now();
  const auto took = [&] { return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - began).count(); };
  const int64_t work = (int64_t)step.tokens * work_;
  const bool row = step.tokens == 1 && !oneRow_.empty();
  // Whether the step ends before a call; else what the call reads is there.
  const auto ends = [&](const PlannedCall* next, int pass) { return stop() || (next && next->reads() && arrived(*next, step, pass, stop)); };
  if (pool.threads() == 1 || device.crew.alone(work)) {
    const Share share{0, 1, scratch_.data()};
    if (row ? walk_row(step, share, stop) : walk_calls(step, share, ends)) return true;
    if (select) select->chunks(share);
    if (select) select->finish(share);
    device.crew.report_alone(work, took());
    return false;
  }
  bool stopped = false;
  std::exception_ptr failed;
  std::fill(taken_.begin(), taken_.end(), 0);
  const int64_t waited = pool.waited();
  const double stalls = weights->stalls();
  pool.run([&](int thread) {
    const Share share{thread, pool.threads(), scratch_.data() + scratchBytes_ * thread};
    // The last thread to come waits for the next call's weights; its error ends the step for all.
    const auto halts = [&](const PlannedCall* next, int pass) {
      const bool halt = pool.barrier([&] {
        try {
          return ends(next, pass);
        } catch (...) {
          failed = std::current_exception();
          return true;
        }
      });
      if (halt && thread == 0) stopped = true;
      return halt;
    };
    const auto meet = [&] { return halts(nullptr, 0); };
    if (row ? walk_row(step, share, meet) : walk_calls(step, share, halts)) return;
    if (!select || meet()) return;
    select->chunks(share);
    pool.barrier([] { return false; });
    select->finish(share);
  });
  // While one thread waits for a disk, the others do not wait for each other. Threads that read take cores too.
  const auto stalled = (int64_t)((weights->stalls() - stalls) * 1e9);
  device.crew.report(work, pool.waited() - waited - (pool.threads() - 1) * stalled, took(), stalled);
  if (failed) std::rethrow_exception(failed);
  return stopped;
}

void Plan::deliver(const StepInput& input, const std::vector<bool>& asked, StepResult& result) {
  result.tensors.resize(outputs_.size());
  for (size_t i = 0; i < outputs_.size(); i++) {
    if (!asked[i]) continue;
    const float* from = (const float*)outputs_[i].data;
    result.tensors[i].assign(from, from + output_size(i, input.tokens(), input.rows()));
  }
}

void Plan::logits(int32_t row, std::vector<float>& into) const {
  alive();
  if (logits_ < 0 || row < 0 || row >= lastRows_) fail("bad-option", "logits: row %d of the %d rows of the last step.", row, logits_ < 0 ? 0 : lastRows_);
  const float* from = (const float*)outputs_[logits_].data + (int64_t)row * limits.vocab;
  into.assign(from, from + limits.vocab);
}

int64_t Plan::output_size(size_t output, int64_t tokens, int64_t rows) const {
  return size_of(outputs_[output].shape).most(tokens, rows);
}

}  // namespace engine
