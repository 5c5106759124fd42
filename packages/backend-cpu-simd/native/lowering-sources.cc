// Where weights, constants and a step's input lie, and as what.
#include <cstring>

#include "lowering.h"

namespace engine {

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
  if (const auto* later = deferred((const uint8_t*)data)) data = (void*)(later->stored[0] + ((const uint8_t*)data - later->memory));
  value.operand = {data, place.type, node.shape};
  value.place = &place;
  return value;
}

// Where a weight is found that is not in its place in memory yet.
const Deferred::Weight* Lowering::deferred(const uint8_t* memory) const {
  const Deferred* deferred = plan_.weights->deferred();
  return deferred ? deferred->at(memory, plan_.settled_) : nullptr;
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
    if (const auto* later = deferred(weight.panels)) {
      for (int32_t part = 0; part < encoding.parts; part++) weight.rows.part[part] = later->stored[part];
      weight.panels = nullptr;
    }
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

}  // namespace engine
