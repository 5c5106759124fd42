// What src/program-words.ts says about a program: nodes in the order they run.
#pragma once
#include <vector>

#include "error.h"
#include "tensor.h"

namespace engine {

struct Node {
  enum Kind { computed, weight, input, constant, cache };
  int32_t op;  // of Program::kernels, for computed nodes
  Kind kind;
  bool view;
  Type type;
  Shape shape;
  int64_t place;  // byte offset in the arena, or below 0
  std::vector<int32_t> inputs;
  Attrs attrs;
  int32_t slopes, slopeCount;  // where an attention's slopes stand among the constants
};

struct Program {
  int32_t maxTokens, maxRows, maxSequences;
  int64_t arenaBytes;
  Activations activations;
  std::vector<Node> nodes;
  std::vector<int32_t> outputs;  // node of each output
  int32_t logits;                // which of the outputs, or -1

  static Program parse(const int32_t* words, size_t count, size_t ops);
};

// The size of a shape: fixed · tokens^t · rows^r.
struct Size {
  int64_t fixed;
  int tokens, rows;
  bool operator==(const Size&) const = default;
  int64_t most(int64_t maxTokens, int64_t maxRows) const;
};
Size size_of(const Shape& shape, int first, int last);
inline Size size_of(const Shape& shape) { return size_of(shape, 0, shape.rank); }

}  // namespace engine
