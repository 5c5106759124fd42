// What calls read from files while a program runs: segments of a stream, experts, rows of tables.
#include "lowering.h"

namespace engine {

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

// Where rows are looked up in mapped files. Null: the table lies in memory.
const MappedRows* Lowering::look_up_mapped(const WeightPlace& place, const std::vector<Operand>& inputs, Kernel gather) {
  const Weights& weights = *plan_.weights;
  if (place.segment >= 0 || place.unit >= 0 || !weights.maps(place.region)) return nullptr;
  const int64_t rows = inputs[0].shape.dims[0];
  MappedRows found{gather, {{weights.mapping(place.region), place.offset, (int64_t)place.bytes / rows}}, 1, rows, inputs[1].data == plan_.ids_.data()};
  int64_t scratch = 0;
  if (place.type >= Type::quantized) {
    const BlocksPlace& held = blocks_[(size_t)place.type - (size_t)Type::quantized];
    const QuantizedWeight& weight = *(const QuantizedWeight*)inputs[0].data;
    found.partCount = weight.encoding->parts;
    for (int32_t part = 0; part < found.partCount; part++) {
      const int64_t rowBytes = weight.rows.rowBytes[part];
      found.parts[part] = {weights.mapping(part ? held.region : place.region), (part ? held.offset : place.offset) + (uint64_t)(held.begin * rowBytes), rowBytes};
    }
    scratch = quantized_scratch(weight.rows.depth);
  }
  plan_.scratchBytes_ = std::max(plan_.scratchBytes_, found.scratch() + scratch);
  return &plan_.mappedRows_.emplace_back(found);
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

}  // namespace engine
