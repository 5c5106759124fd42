#include "lowering.h"

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

Lowering::Value Lowering::source(const Node& node) {
  switch (node.kind) {
    case Node::weight:
      return weight(node);
    case Node::constant:
      return constant(node);
    case Node::input: {
      require(node.attrs.cache < 3 && node.type == Type::i32 && node.shape.rank == 1 && node.shape.dims[0] == kTokens, node);
      Value value{};
      value.operand = {plan_.ids_.data() + 4 * (int64_t)program_.maxTokens * node.attrs.cache, Type::i32, node.shape};
      value.roots = 1 << node.attrs.cache;
      return value;
    }
    default:
      return {};
  }
}

Lowering::Value Lowering::weight(const Node& node) {
  require(node.attrs.cache < (int32_t)places_.size(), node);
  const WeightPlace& place = places_[node.attrs.cache];
  const Size size = size_of(node.shape);
  require(size.tokens + size.rows == 0 && place.type != Type::i32, node);
  if (place.type >= Type::quantized) return blocks(node, place);
  require((uint64_t)size.fixed == place.bytes / (place.type == Type::f32 ? 4 : 2), node);
  Value value{};
  require(streamed(place, node), node);
  void* data = place.region < 0 ? (void*)plan_.weights->table(place.table).data(0) : plan_.weights->at(place.region, place.offset, place.bytes);
  value.operand = {data, place.type, node.shape};
  value.place = &place;
  return value;
}

// Whether what a place says of its streaming is so.
bool Lowering::streamed(const WeightPlace& place, const Node& node) const {
  const Weights& weights = *plan_.weights;
  if (place.segment >= (weights.stream() ? weights.stream()->size() : 0)) return false;
  if (place.unit >= (weights.experts() ? weights.experts()->units() : 0)) return false;
  if (place.unit >= 0 && (place.offset > weights.experts()->frame_bytes() || place.bytes > weights.experts()->frame_bytes() - place.offset)) return false;
  if (place.table < 0) return place.table == -1 && place.region >= 0;
  return node.shape.rank == 2 && place.table < weights.tables() && place.tableBegin >= 0 &&
         place.tableBegin <= weights.table(place.table).rows() - node.shape.dims[0];
}

Lowering::Value Lowering::blocks(const Node& node, const WeightPlace& place) {
  const size_t index = (size_t)place.type - (size_t)Type::quantized;
  const QuantizedKernels& kernels = *plan_.weights->device->level.quantized;
  require(index < blocks_.size() && node.shape.rank > 0, node);
  const BlocksPlace& held = blocks_[index];
  require(held.encoding >= 0 && held.encoding < kernels.count, node);
  const Encoding& encoding = kernels.encodings[held.encoding];
  const int64_t depth = node.shape.dims[node.shape.rank - 1], rows = size_of(node.shape, 0, node.shape.rank - 1).fixed;
  require(depth > 0 && depth == held.depth && held.begin >= 0 && held.begin <= held.rows && rows <= held.rows - held.begin, node);
  QuantizedWeight weight{&encoding, {{}, {}, held.rows, depth, held.group}, nullptr, held.begin};
  for (int32_t part = 0; part < encoding.parts; part++) {
    weight.rows.rowBytes[part] = encoding.rowBytes(part, depth, held.group);
    require(weight.rows.rowBytes[part] > 0, node);
  }
  if (held.panels && place.region >= 0) {
    const uint64_t bytes = (uint64_t)((held.rows + kPanel - 1) / kPanel * encoding.panelBytes(depth));
    require(place.unit < 0 || bytes == place.bytes, node);
    weight.panels = plan_.weights->at(place.region, place.offset, bytes);
  }
  for (int32_t part = 0; !held.panels && place.region >= 0 && part < encoding.parts; part++) {
    const uint64_t bytes = (uint64_t)(held.rows * weight.rows.rowBytes[part]);
    weight.rows.part[part] = plan_.weights->at(part ? held.region : place.region, part ? held.offset : place.offset, bytes);
  }
  plan_.quantized_.push_back(weight);
  Value value{};
  value.operand = {&plan_.quantized_.back(), Type::quantized, node.shape};
  value.place = &place;
  require(streamed(place, node), node);
  return value;
}

Lowering::Value Lowering::constant(const Node& node) {
  const Size size = size_of(node.shape);
  const size_t at = (size_t)node.attrs.cache;
  require(size.tokens + size.rows == 0 && at <= constantCount_ && (uint64_t)size.fixed <= constantCount_ - at, node);
  Memory memory(4 * (size_t)size.fixed, plan_.state->device->live);
  Value value{};
  value.operand = value.decoded = {memory.data(), node.type, node.shape};
  if (node.type == Type::f32) {
    if (size.fixed) memcpy(memory.data(), constants_ + at, 4 * (size_t)size.fixed);
  } else {
    require(node.type == Type::i32, node);
    for (int64_t i = 0; i < size.fixed; i++) {
      const int32_t id = (int32_t)constants_[at + i];
      ((int32_t*)memory.data())[i] = id;
      value.least = std::min(value.least, id);
      value.most = std::max(value.most, id);
    }
  }
  plan_.kept_.push_back(std::move(memory));
  return value;
}

// Norms and biases are few: decoded once, so that only matmul and gather know storage types.
Operand Lowering::input(const Node& node, size_t i) {
  Value& value = values_[node.inputs[i]];
  require(!value.place || (value.place->region >= 0 && value.place->segment < 0 && value.place->unit < 0), node);
  const Operand& x = value.operand;
  if (x.type == Type::i32 || (x.type == Type::f32 && (uintptr_t)x.data % 4 == 0)) return x;
  require(x.type != Type::quantized, node);
  if (!value.decoded.data) {
    const int64_t n = size_of(x.shape).fixed;
    Memory memory(4 * (size_t)n, plan_.state->device->live);
    plan_.weights->device->level.kernels->decode(x.type, x.data, n, (float*)memory.data());
    value.decoded = {memory.data(), Type::f32, x.shape};
    plan_.kept_.push_back(std::move(memory));
  }
  return value.decoded;
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
  if (op == "gather") look_up(node, planned, inputs);
  if (op == "expert-matmul") route(node, planned, inputs);
  plan_.inputs_.push_back(std::move(inputs));
  call.inputs = plan_.inputs_.back().data();
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
  for (const Operand& x : plan_.inputs_.back()) {
    if (x.type == Type::quantized) plan_.scratchBytes_ = std::max(plan_.scratchBytes_, quantized_scratch(x.shape.dims[x.shape.rank - 1]) + routedBytes);
  }
  if (plan_.weights->device->level.bf16 && program_.activations == Activations::bf16 && weight_input(op) > 0) {
    const Shape& w = call.inputs[weight_input(op)].shape;
    plan_.scratchBytes_ = std::max(plan_.scratchBytes_, bf16_scratch(w.dims[w.rank - 1]) + routedBytes);
  }
  // Attention's segments lie in memory that the attention before it may still be joining.
  const bool barrier = waits(node, call) || op == "attention";
  planned.call = call;
  planned.barrier = barrier;
  stream(node, planned);
  plan_.calls_.push_back(planned);
  if (op == "attention") {
    call.kernel = plan_.weights->device->level.kernels->attention_join;
    plan_.calls_.push_back({call, true});
    touched_.clear();
    waits(node, call);
  }
}

// A call's segments stand together in the order of use.
void Lowering::stream(const Node& node, PlannedCall& planned) {
  if (ops_[node.op] == "gather") return;
  for (int32_t i : node.inputs) {
    const int32_t segment = values_[i].place ? values_[i].place->segment : -1;
    if (segment < 0) continue;
    planned.firstSegment = planned.firstSegment < 0 ? segment : std::min(planned.firstSegment, segment);
    planned.lastSegment = std::max(planned.lastSegment, segment);
  }
  if (planned.firstSegment >= 0 && !plan_.weights->stream()->fits(planned.firstSegment, planned.lastSegment)) {
    fail("out-of-memory", "The memory budget does not hold all weights that one \"%s\" reads. Give a larger one.", ops_[node.op].c_str());
  }
}

// Where single experts are read when they are needed. Products by the same ids need them together.
void Lowering::route(const Node& node, PlannedCall& planned, std::vector<Operand>& inputs) {
  RoutedCall routed{node.inputs[1], inputs[1], {}, {}};
  bool any = false;
  for (size_t i = 2; i < node.inputs.size(); i++) {
    const WeightPlace* place = values_[node.inputs[i]].place;
    const int unit = place ? place->unit : -1;
    const bool blocks = inputs[i].type == Type::quantized;
    routed.experts.push_back({unit, unit < 0 ? 0 : place->offset, &inputs[i], inputs[i].type, blocks ? ((const QuantizedWeight*)inputs[i].data)->encoding : nullptr});
    any |= unit >= 0;
  }
  if (!any) return;
  planned.routed = (int32_t)plan_.routed_.size();
  for (RoutedCall& before : plan_.routed_) {
    if (before.by == routed.by && before.experts.size() == routed.experts.size()) before.followers.push_back(planned.routed);
  }
  plan_.routed_.push_back(std::move(routed));
}

// Where rows of a table are read when they are looked up.
void Lowering::look_up(const Node& node, PlannedCall& planned, std::vector<Operand>& inputs) {
  const WeightPlace* place = values_[node.inputs[0]].place;
  if (!place || place->table < 0) return;
  LookUp found{place->table, place->tableBegin, inputs[0].shape.dims[0], inputs[1], inputs[1].data == plan_.ids_.data(), &inputs[0], nullptr, {}, {}};
  const int64_t most = size_of(inputs[1].shape).most(program_.maxTokens, program_.maxRows);
  if (inputs[0].type == Type::quantized) {
    QuantizedWeight rows = *(const QuantizedWeight*)inputs[0].data;
    rows.panels = nullptr;
    rows.begin = 0;
    plan_.quantized_.push_back(rows);
    found.weight = &plan_.quantized_.back();
    inputs[0].data = found.weight;
  }
  found.wanted.resize((size_t)most);
  found.slots.resize((size_t)most);
  inputs[1].data = found.slots.data();
  planned.lookUp = (int32_t)plan_.lookUps_.size();
  plan_.lookUps_.push_back(std::move(found));
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

Lowering::Touched Lowering::touch(const Operand& x, bool written) const {
  const auto* begin = (const uint8_t*)x.data;
  return {begin, begin + 4 * size_of(x.shape).most(program_.maxTokens, program_.maxRows), written};
}

// Whether threads must meet before the call: it reads or writes what a call since the last meeting writes, or
// writes what one reads. Caches and recurrent states stand for themselves as the addresses 1, 2, …
bool Lowering::waits(const Node& node, const Call& call) {
  std::vector<Touched> mine;
  const std::string& op = ops_[node.op];
  for (int32_t i = 0; i < call.count; i++) {
    if (call.inputs[i].data && call.inputs[i].type != Type::quantized) mine.push_back(touch(call.inputs[i], false));
  }
  if (call.output.data) mine.push_back(touch(call.output, true));
  if (op == "append" || op == "attention") {
    const auto* cache = (const uint8_t*)(uintptr_t)(node.attrs.cache + 1);
    mine.push_back({cache, cache + 1, op == "append"});
  }
  if (op == "short-conv" || op == "delta-rule") {
    const auto* slots = (const uint8_t*)(uintptr_t)(plan_.views_.size() + node.attrs.cache + 1);
    mine.push_back({slots, slots + 1, true});
  }
  bool barrier = false;
  for (const Touched& a : mine) {
    for (const Touched& b : touched_) barrier |= (a.written || b.written) && a.begin < b.end && b.begin < a.end;
  }
  if (barrier) touched_.clear();
  touched_.insert(touched_.end(), mine.begin(), mine.end());
  return barrier;
}

}  // namespace engine
