#include "one-row.h"

#include <algorithm>
#include <array>

namespace engine {

// What moves or computes numbers one by one, or row by row: a thread alone is soon done with a row of it.
static constexpr std::array kLittle = {"add", "sub", "mul", "div", "max", "greater", "exp", "log", "rsqrt", "tanh", "sin", "cos", "floor", "cast", "round-bf16", "sigmoid", "silu", "gelu-tanh", "silu-mul", "sum", "reduce-max", "softmax", "rms-norm", "rope", "slice", "concat", "gather", "wanted", "overlay", "softcap", "to-int", "top-k", "take"};
// One number after the other, in parts of the grain a call is given.
static constexpr std::array kByNumber = {"add", "sub", "mul", "div", "max", "greater", "exp", "tanh", "sigmoid", "silu", "gelu-tanh", "silu-mul", "softcap"};
// Of those, what takes long for each.
static constexpr std::array kLong = {"exp", "tanh", "sigmoid", "silu", "gelu-tanh", "silu-mul", "softcap"};
// Numbers below which a thread alone needs about as long as a meeting takes.
constexpr int64_t kLittleNumbers = 8192, kLongNumbers = 512;

template <size_t N>
static bool among(const std::array<const char*, N>& names, const std::string& op) {
  return std::find(names.begin(), names.end(), op) != names.end();
}
static int64_t numbers(const Operand& x) { return size_of(x.shape).most(1, 1); }

OneRow::OneRow(Plan& plan, const Program& program, const std::vector<std::string>& ops, const std::vector<int32_t>& nodeOf)
    : plan_(plan), program_(program), ops_(ops), nodeOf_(nodeOf) {}

void OneRow::run() {
  // What reads from files waits in the order of all steps.
  for (const PlannedCall& planned : plan_.calls_) {
    if (planned.reads()) return;
  }
  describe();
  order();
  place();
  emit();
}

void OneRow::describe() {
  const std::vector<Node>& nodes = program_.nodes;
  for (int32_t i = 0; i < (int32_t)nodes.size(); i++) {
    const Node& node = nodes[i];
    owner_.push_back(node.kind != Node::computed ? -1 : node.view ? owner_[node.inputs[0]] : i);
  }
  values_.resize(nodes.size());
  maker_.assign(nodes.size(), -1);
  for (int32_t i : program_.outputs) {
    if (owner_[i] >= 0) values_[owner_[i]].kept = true;
  }
  std::vector<std::vector<int32_t>> makers(nodes.size());
  std::vector<int32_t> lastOf(plan_.views_.size() + plan_.states_.size() + 1, -1);
  for (int32_t i = 0; i < (int32_t)plan_.calls_.size(); i++) {
    const Call& call = plan_.calls_[i].call;
    const Node& node = nodes[nodeOf_[i]];
    const std::string& op = ops_[node.op];
    Item item{nodeOf_[i], {}, {}, pools_of(op, node.attrs, (int32_t)plan_.views_.size(), (int32_t)plan_.states_.size()), false, false, product_grain(op, call)};
    item.joins = !makers[item.node].empty();
    item.own = !values_[item.node].kept && call.output.data && little(op, call.output);
    for (int32_t input : node.inputs) {
      item.of.push_back(owner_[input]);
      if (owner_[input] >= 0) item.after.insert(item.after.end(), makers[owner_[input]].begin(), makers[owner_[input]].end());
    }
    for (int32_t maker : makers[item.node]) item.after.push_back(maker);
    // What uses one pool keeps its order.
    for (const Pooled& one : item.pools) {
      if (lastOf[one.pool] >= 0) item.after.push_back(lastOf[one.pool]);
      lastOf[one.pool] = i;
    }
    if (maker_[item.node] < 0) maker_[item.node] = i;
    makers[item.node].push_back(i);
    items_.push_back(std::move(item));
  }
}

bool OneRow::little(const std::string& op, const Operand& out) const {
  return among(kLittle, op) && numbers(out) <= (among(kLong, op) ? kLongNumbers : kLittleNumbers);
}

// How the outputs of a product of one row are shared, where that is known.
int64_t OneRow::product_grain(const std::string& op, const Call& call) const {
  const Level& level = plan_.weights->device->level;
  if (op != "matmul" || level.tiled || (level.bf16 && program_.activations == Activations::bf16)) return 0;
  if (call.inputs[1].type != Type::quantized) return level.kernels->outputsTogether;
  return ((const QuantizedWeight*)call.inputs[1].data)->begin % kPanel ? 0 : kPanel;
}

// Whether a call goes number by number over what products of this phase made, each of as many outputs: threads then read
// what they wrote themselves.
bool OneRow::follows(const Item& item, const std::vector<int32_t>& written) const {
  const Call& call = plan_.calls_[&item - items_.data()].call;
  if (item.own || !among(kByNumber, ops_[program_.nodes[item.node].op])) return false;
  int64_t grain = 0;
  for (size_t i = 0; i < item.of.size(); i++) {
    if (std::find(written.begin(), written.end(), item.of[i]) == written.end()) continue;
    const Item& maker = items_[maker_[item.of[i]]];
    if (maker.grain == 0 || (grain && maker.grain != grain) || numbers(call.inputs[i]) != numbers(call.output)) return false;
    grain = maker.grain;
  }
  return grain > 0;
}

bool OneRow::fits(const Item& item, const std::vector<int32_t>& written, const std::vector<Pooled>& pools) const {
  for (const Pooled& a : item.pools) {
    for (const Pooled& b : pools) {
      if (a.pool == b.pool && (a.written || b.written)) return false;
    }
  }
  if (item.joins) return false;
  const bool met = std::none_of(item.of.begin(), item.of.end(), [&](int32_t of) { return of >= 0 && std::find(written.begin(), written.end(), of) != written.end(); });
  return met || follows(item, written);
}

// As many calls as possible between two meetings.
void OneRow::order() {
  std::vector<int32_t> left(items_.size());
  for (size_t i = 0; i < left.size(); i++) left[i] = (int32_t)i;
  std::vector<int32_t> written;
  std::vector<Pooled> pools;
  for (int32_t phase = 0; !left.empty(); phase++) {
    written.clear();
    pools.clear();
    for (bool more = true; more;) {
      more = false;
      std::vector<int32_t> others;
      for (int32_t i : left) {
        Item& item = items_[i];
        const bool ready = std::all_of(item.after.begin(), item.after.end(), [&](int32_t before) { return items_[before].phase >= 0; });
        // The second half of an attention is alone in its phase: where a context has one segment, both are left out.
        const bool joinsNow = item.joins && written.empty() && pools.empty() && ready && (order_.empty() || items_[order_.back()].phase < phase);
        if (!ready || !(joinsNow || fits(item, written, pools))) {
          others.push_back(i);
          continue;
        }
        item.follows = follows(item, written);
        if (item.follows) {
          for (int32_t of : item.of) {
            if (of >= 0 && std::find(written.begin(), written.end(), of) != written.end()) item.grain = items_[maker_[of]].grain;
          }
        }
        item.phase = phase;
        order_.push_back(i);
        more = true;
        if (!item.own) written.push_back(item.node);
        pools.insert(pools.end(), item.pools.begin(), item.pools.end());
        if (!joinsNow) continue;
        others.insert(others.end(), std::find(left.begin(), left.end(), i) + 1, left.end());
        more = false;
        break;
      }
      left = std::move(others);
    }
  }
}

// Values of which none is read any more leave their place to others: those of a thread at once, shared ones after a meeting.
int64_t OneRow::lay_out(bool own) {
  int64_t bytes = 0;
  std::vector<const Value*> placed;
  for (int32_t i : order_) {
    Value& value = values_[items_[i].node];
    if (value.own != own || value.kept || value.bytes == 0 || maker_[items_[i].node] != i) continue;
    std::vector<const Value*> beside;
    for (const Value* other : placed) {
      if (other->last >= value.first) beside.push_back(other);
    }
    std::sort(beside.begin(), beside.end(), [](const Value* a, const Value* b) { return a->at < b->at; });
    for (const Value* other : beside) {
      if (value.at + value.bytes <= other->at) break;
      value.at = std::max(value.at, other->at + other->bytes);
    }
    bytes = std::max(bytes, value.at + value.bytes);
    placed.push_back(&value);
  }
  return bytes;
}

void OneRow::place() {
  for (int32_t at = 0; at < (int32_t)order_.size(); at++) {
    const Item& item = items_[order_[at]];
    Value& value = values_[item.node];
    const Operand& out = plan_.calls_[order_[at]].call.output;
    value.own = item.own;
    const auto when = [&](const Value& v) { return v.own ? at : item.phase; };
    if (value.first < 0) value.first = when(value);
    value.last = std::max(value.last, when(value));
    if (out.data) value.bytes = (4 * numbers(out) + 63) / 64 * 64;
    for (int32_t of : item.of) {
      if (of >= 0) values_[of].last = std::max(values_[of].last, when(values_[of]));
    }
  }
}

void OneRow::emit() {
  const int threads = plan_.weights->device->pool().threads();
  const int64_t shared = lay_out(false), own = (lay_out(true) + 4095) / 4096 * 4096 + 64;
  plan_.rowMemory_ = Memory((size_t)(shared + threads * own), plan_.state->device->live);
  plan_.oneRow_.resize(threads);
  for (int thread = 0; thread < threads; thread++) {
    std::vector<OneRowCall>& calls = plan_.oneRow_[thread];
    const auto at = [&](int32_t node, Operand& x) {
      if (node < 0 || !x.data || values_[node].kept) return;
      x.data = plan_.rowMemory_.data() + values_[node].at + (values_[node].own ? shared + thread * own : 0);
    };
    int32_t phase = 0;
    for (int32_t i : order_) {
      const Item& item = items_[i];
      Call call = plan_.calls_[i].call;
      // One row is soon rounded: a meeting for it would take longer.
      call.rounded = nullptr;
      std::vector<Operand> inputs(call.inputs, call.inputs + call.count);
      for (size_t k = 0; k < inputs.size(); k++) at(item.of[k], inputs[k]);
      at(item.node, call.output);
      plan_.inputs_.push_back(std::move(inputs));
      call.inputs = plan_.inputs_.back().data();
      if (item.follows) call.grain = item.grain;
      // What follows a product counts on each thread's own part of it.
      call.taken = nullptr;
      calls.push_back({call, item.phase > phase, item.own, item.joins});
      phase = item.phase;
    }
  }
}

}  // namespace engine
