#include "program.h"

#include <cstring>

namespace engine {

// Every number is checked on the way in.
struct Words {
  const int32_t* at;
  const int32_t* end;
  int32_t next(int32_t least, int32_t most) {
    if (at == end) fail("backend-failed", "The program's description ends too early.");
    if (*at < least || *at > most) fail("backend-failed", "The program's description holds %d where %d to %d was expected.", *at, least, most);
    return *at++;
  }
  int32_t count() { return next(0, 1 << 24); }
  int32_t any() { return next(INT32_MIN, INT32_MAX); }
  float real() {
    const int32_t bits = any();
    float x;
    memcpy(&x, &bits, 4);
    return x;
  }
};

static Shape shape_of(Words& words) {
  Shape shape{};
  shape.rank = words.next(0, kMaxRank);
  for (int i = 0; i < shape.rank; i++) shape.dims[i] = words.next(kRows, INT32_MAX);
  return shape;
}

Program Program::parse(const int32_t* from, size_t length, size_t ops) {
  Words words{from, from + length};
  Program program{};
  program.maxTokens = words.next(1, INT32_MAX);
  program.maxRows = words.next(1, INT32_MAX);
  program.maxSequences = words.next(1, INT32_MAX);
  program.arenaBytes = 64 * (int64_t)words.next(0, INT32_MAX);
  program.activations = (Activations)words.next(0, 2);
  const int32_t nodes = words.count();
  for (int32_t i = 0; i < nodes; i++) {
    Node node{};
    node.kind = (Node::Kind)words.next(Node::computed, Node::cache);
    node.op = words.next(0, (int32_t)ops);
    node.view = words.next(0, 1);
    node.type = (Type)words.next(0, 3);
    node.shape = shape_of(words);
    node.place = 64 * (int64_t)words.next(-1, INT32_MAX);
    const int32_t inputs = words.count();
    for (int32_t k = 0; k < inputs; k++) node.inputs.push_back(words.next(0, i - 1));
    node.attrs.axis = words.any();
    node.attrs.begin = words.any();
    node.attrs.end = words.any();
    node.attrs.window = words.next(0, INT32_MAX);
    node.attrs.cache = words.next(0, 1 << 24);
    node.attrs.interleaved = words.next(0, 1);
    node.attrs.blocks = words.next(0, INT32_MAX);
    node.attrs.eps = words.real();
    node.attrs.scale = words.real();
    node.attrs.cap = words.real();
    node.slopes = words.next(0, INT32_MAX);
    node.slopeCount = words.count();
    program.nodes.push_back(node);
  }
  const int32_t outputs = words.count();
  for (int32_t i = 0; i < outputs; i++) program.outputs.push_back(words.next(0, nodes - 1));
  program.logits = words.next(-1, outputs - 1);
  return program;
}

Size size_of(const Shape& shape, int first, int last) {
  Size size{1, 0, 0};
  for (int i = first; i < last; i++) {
    if (shape.dims[i] == kTokens) size.tokens++;
    else if (shape.dims[i] == kRows) size.rows++;
    else if (__builtin_mul_overflow(size.fixed, (int64_t)shape.dims[i], &size.fixed)) fail("bad-shape", "A tensor is too large.");
  }
  return size;
}

int64_t Size::most(int64_t maxTokens, int64_t maxRows) const {
  int64_t total = fixed;
  const auto times = [&](int64_t n) {
    if (__builtin_mul_overflow(total, n, &total) || total > INT64_MAX / 8) fail("bad-shape", "A tensor is too large.");
  };
  for (int i = 0; i < tokens; i++) times(maxTokens);
  for (int i = 0; i < rows; i++) times(maxRows);
  return total;
}

}  // namespace engine
