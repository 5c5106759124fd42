#include "lowering.h"
#include "one-row.h"

#include <cstring>

namespace engine {

Lowering::Lowering(Plan& plan, const Program& program, const std::vector<std::string>& ops, const std::vector<WeightPlace>& places,
           const std::vector<BlocksPlace>& blocks, const float* constants, size_t constantCount)
    : plan_(plan), program_(program), ops_(ops), places_(places), blocks_(blocks), constants_(constants), constantCount_(constantCount) {}

static Kernel kernel_named(const Kernels& kernels, const std::string& op) {
#define X(name, member) \
  if (op == name) return kernels.member;
  ENGINE_KERNELS(X)
#undef X
  return nullptr;
}

static int weight_input(const std::string& op) { return op == "matmul" ? 1 : op == "gather" ? 0 : op == "expert-matmul" ? 2 : -1; }

// The one that reads weights in blocks, where one of them is, or multiplies numbers that bf16 holds by others.
static Kernel weight_kernel(const Level& level, Activations activations, const std::string& op, const std::vector<Operand>& inputs) {
  const int at = weight_input(op);
  if (at < 0) return nullptr;
  if (inputs[at].type != Type::quantized) {
    if (op == "gather" || activations != Activations::bf16 || !level.bf16) return nullptr;
    return op == "matmul" ? level.bf16->matmul : level.bf16->expertMatmul;
  }
  if (op == "gather") return level.quantized->gather;
  if (level.tiled) return op == "matmul" ? level.tiled->matmul : level.tiled->expertMatmul;
  return op == "matmul" ? level.quantized->matmul : level.quantized->expertMatmul;
}

void Lowering::run() {
  for (const Node& node : program_.nodes) {
    if (node.kind != Node::computed) {
      values_.push_back(source(node));
      continue;
    }
    require(node.op < (int32_t)ops_.size() && !node.inputs.empty(), node);
    Value value{};
    if (node.view) {
      value = values_[node.inputs[0]];
      require(size_of(node.shape) == size_of(value.operand.shape), node);
      value.operand.shape = value.decoded.shape = node.shape;
      values_.push_back(value);
      continue;
    }
    const std::string& op = ops_[node.op];
    Kernel kernel = kernel_named(*plan_.weights->device->level.kernels, op);
    if (!kernel) fail("unsupported", "The native CPU backend has no kernel \"%s\".", op.c_str());
    value.operand = {nullptr, node.type, node.shape};
    if (op != "append") {
      const int64_t bytes = 4 * size_of(node.shape).most(program_.maxTokens, program_.maxRows);
      require((node.type == Type::f32 || node.type == Type::i32) && node.place >= 0, node);
      require(node.place <= program_.arenaBytes && bytes <= program_.arenaBytes - node.place, node);
      value.operand.data = plan_.arena_.data() + node.place;
    }
    for (int32_t i : node.inputs) {
      if (node.type != Type::i32) break;
      value.roots |= values_[i].roots;
      value.least = std::min(value.least, values_[i].least);
      value.most = std::max(value.most, values_[i].most);
    }
    // Inputs that the kernel reads in their storage type.
    const auto typed = [&](size_t i) { return op == "matmul" ? i == 1 : op == "gather" ? i == 0 : op == "expert-matmul" && i >= 2; };
    std::vector<Operand> inputs;
    for (size_t i = 0; i < node.inputs.size(); i++) {
      inputs.push_back(typed(i) ? stored(node, i) : input(node, i));
    }
    check(node, inputs, value.operand);
    if (const Kernel own = weight_kernel(plan_.weights->device->level, program_.activations, op, inputs)) kernel = own;
    add(node, kernel, std::move(inputs), value.operand);
    values_.push_back(value);
  }
  deliver();
  place_rounded();
  OneRow(plan_, program_, ops_, nodeOf_).run();
}

void Lowering::deliver() {
  for (int32_t i : program_.outputs) {
    const Node& node = program_.nodes[i];
    const Value& value = values_[i];
    const Operand& x = value.decoded.data ? value.decoded : value.operand;
    require(x.data && x.type == Type::f32, node);
    plan_.outputs_.push_back(x);
  }
  plan_.logits_ = program_.logits;
  if (program_.logits < 0) return;
  const Shape& shape = plan_.outputs_[program_.logits].shape;
  require(shape.rank == 2 && shape.dims[0] == kRows && shape.dims[1] > 0, program_.nodes[program_.outputs[program_.logits]]);
  plan_.limits.vocab = shape.dims[1];
}

// Pools stand for themselves as the addresses 1, 2, … Behind those that ops name come rounded rows.
static Meetings::Touched touch_pool(const Pooled& one) {
  const auto* place = (const uint8_t*)(uintptr_t)(one.pool + 1);
  return {place, place + 1, one.written};
}

void Lowering::add(const Node& node, Kernel kernel, std::vector<Operand> inputs, Operand output) {
  Call call{};
  call.kernel = kernel;
  call.count = (int32_t)inputs.size();
  call.output = output;
  call.attrs = node.attrs;
  call.attrs.activations = program_.activations;
  PlannedCall planned{};
  const std::string& op = ops_[node.op];
  if (op == "gather") {
    look_up(node, planned, inputs);
    if (const WeightPlace* place = values_[node.inputs[0]].place) call.mapped = look_up_mapped(*place, inputs, kernel);
    if (call.mapped) call.kernel = gather_mapped;
  }
  if (op == "expert-matmul") route(node, planned, inputs);
  plan_.inputs_.push_back(std::move(inputs));
  call.inputs = plan_.inputs_.back().data();
  if (op == "attention" || op == "matmul") call.taken = &plan_.taken_.emplace_back(0);
  if (op == "matmul") plan_.work_ += size_of(call.inputs[1].shape).fixed;
  if (op == "delta-rule") plan_.work_ += 4 * plan_.states_[node.attrs.cache].width;
  if (op == "attention") attend(node, call);
  int64_t routedBytes = 0;
  if (op == "expert-matmul") {
    const int64_t routed = size_of(call.inputs[1].shape).most(program_.maxTokens, program_.maxRows);
    const Shape& expert = call.inputs[2].shape;
    routedBytes = 4 * routed + 64;
    plan_.work_ += call.inputs[1].shape.dims[1] * size_of(expert).fixed;
    plan_.scratchBytes_ = std::max(plan_.scratchBytes_, expert_scratch(routed, call.count - 2, expert.dims[expert.rank - 1]));
  }
  if (op == "matmul") plan_.scratchBytes_ = std::max(plan_.scratchBytes_, held_scratch(size_of(call.inputs[1].shape, 1, 2).most(program_.maxTokens, program_.maxRows)));
  for (const Operand& x : plan_.inputs_.back()) {
    if (x.type == Type::quantized) plan_.scratchBytes_ = std::max(plan_.scratchBytes_, quantized_scratch(x.shape.dims[x.shape.rank - 1]) + routedBytes);
  }
  if (plan_.weights->device->level.bf16 && program_.activations == Activations::bf16 && weight_input(op) > 0) {
    const Shape& w = call.inputs[weight_input(op)].shape;
    plan_.scratchBytes_ = std::max(plan_.scratchBytes_, bf16_scratch(w.dims[w.rank - 1]) + routedBytes);
  }
  std::vector<Meetings::Touched> mine = touched(node, call);
  if (rounds(node, call, planned)) mine.push_back(touch_pool({(int32_t)(plan_.views_.size() + plan_.states_.size()) + 1, planned.round != nullptr}));
  planned.barrier = meetings_.before(mine);
  if (planned.round) {
    mine.back().written = false;
    meetings_.after(mine);
  }
  planned.call = call;
  stream(node, planned);
  plan_.calls_.push_back(planned);
  nodeOf_.push_back((int32_t)(&node - program_.nodes.data()));
  if (op != "attention") return;
  call.kernel = plan_.weights->device->level.kernels->attention_join;
  plan_.calls_.push_back({call, meetings_.before(mine)});
  nodeOf_.push_back(nodeOf_.back());
}

// Decides how many rows may leave their segments of the context in memory for all threads to join.
void Lowering::attend(const Node& node, Call& call) {
  const Cache& cache = plan_.state->caches[plan_.cacheOf_[node.attrs.cache]];
  const int64_t places = (int64_t)cache.blocks * plan_.state->blockTokens;
  // A row of a media block sees forward as well.
  const int64_t reach = node.attrs.window + (node.attrs.blocks ? program_.maxTokens : 0);
  const int64_t seen = node.attrs.window && reach < places ? reach : places;
  const int64_t heads = node.shape.dims[1], segments = seen / kSegment + 2;
  if (node.slopeCount > 0) {
    Memory slopes(4 * (size_t)heads, plan_.state->device->live);
    memcpy(slopes.data(), constants_ + node.slopes, 4 * (size_t)heads);
    call.attrs.slopes = (const float*)slopes.data();
    plan_.kept_.push_back(std::move(slopes));
  }
  const int64_t group = heads / cache.view.heads;
  plan_.scratchBytes_ = std::max(plan_.scratchBytes_, attention_scratch(cache.view.keyDim, cache.view.valueDim, group) + (call.count > 2 ? turns_scratch(cache.view.keyDim) : 0));
  constexpr int64_t kSplitRows = 8;
  call.partialRows = (int32_t)std::min<int64_t>(kSplitRows, node.shape.dims[0] == kRows ? program_.maxRows : program_.maxTokens);
  call.partialSegments = (int32_t)segments;
  const int64_t bytes = 4 * call.partialRows * heads * segments * (cache.view.valueDim + 2);
  if (plan_.weights->device->pool().threads() == 1) call.partialRows = 0;
  else if ((int64_t)plan_.partials_.bytes() < bytes) plan_.partials_ = Memory((size_t)bytes, plan_.state->device->live);
}

Meetings::Touched Lowering::touch(const Operand& x, bool written) const {
  const auto* begin = (const uint8_t*)x.data;
  return {begin, begin + 4 * size_of(x.shape).most(program_.maxTokens, program_.maxRows), written};
}

// What a call touches.
std::vector<Meetings::Touched> Lowering::touched(const Node& node, const Call& call) const {
  std::vector<Meetings::Touched> mine;
  for (int32_t i = 0; i < call.count; i++) {
    if (call.inputs[i].data && call.inputs[i].type != Type::quantized) mine.push_back(touch(call.inputs[i], false));
  }
  if (call.output.data) mine.push_back(touch(call.output, true));
  for (const Pooled& one : pools_of(ops_[node.op], node.attrs, (int32_t)plan_.views_.size(), (int32_t)plan_.states_.size())) {
    mine.push_back(touch_pool(one));
  }
  return mine;
}

}  // namespace engine
