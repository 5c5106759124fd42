// Rows that products want rounded to int8: once for all threads, and for all products of the same rows that follow one
// another. They have one place, which the next ones take over.
#include "lowering.h"

namespace engine {

// Whether a call reads rounded rows; then also whether it is the one before which threads round them.
bool Lowering::rounds(const Node& node, const Call& call, PlannedCall& planned) {
  if (ops_[node.op] != "matmul" || program_.activations != Activations::int8 || call.inputs[1].type != Type::quantized) return false;
  // Rows as stored have products with an order of their own; making panels of them takes longer than rounding.
  if (!blocks_[(size_t)values_[node.inputs[1]].place->type - (size_t)Type::quantized].panels) return false;
  const Level& level = plan_.weights->device->level;
  const Layout& layout = *((const QuantizedWeight*)call.inputs[1].data)->encoding->layout;
  const Shape& x = call.inputs[0].shape;
  Rounded mine{node.inputs[0], x.dims[x.rank - 1], &layout};
  while (program_.nodes[mine.value].view) mine.value = program_.nodes[mine.value].inputs[0];
  const bool same = mine.value == rounded_.value && mine.depth == rounded_.depth && rounded_alike(layout, *rounded_.layout, mine.depth);
  if (!same) planned.round = level.tiled ? level.tiled->round : level.quantized->round;
  rounded_ = mine;
  readRounded_.push_back(plan_.calls_.size());
  roundedBytes_ = std::max(roundedBytes_, rounded_bytes(size_of(x, 0, x.rank - 1).most(program_.maxTokens, program_.maxRows), mine.depth));
  return true;
}

void Lowering::place_rounded() {
  plan_.rounded_ = Memory((size_t)roundedBytes_, plan_.state->device->live);
  for (size_t i : readRounded_) plan_.calls_[i].call.rounded = plan_.rounded_.data();
}

}  // namespace engine
