// The shapes each kernel relies on. `infer` of core has said all this to the family's author already; here it
// keeps a wrong description from reading foreign memory.
#include "lowering.h"

namespace engine {

void Lowering::require(bool fits, const Node& node) const {
  if (fits) return;
  const char* op = node.kind == Node::computed && node.op < (int32_t)ops_.size() ? ops_[node.op].c_str() : "source";
  fail("bad-shape", "Node %d of the program (%s) has shapes or types that the native CPU backend cannot run.", (int)(&node - program_.nodes.data()), op);
}

static bool same(const Operand& a, const Operand& b) { return size_of(a.shape) == size_of(b.shape); }
static int32_t last(const Operand& x) { return x.shape.rank ? x.shape.dims[x.shape.rank - 1] : 1; }

static bool broadcasts(const Operand& x, const Operand& out) {
  const int shift = out.shape.rank - x.shape.rank;
  if (shift < 0) return false;
  for (int i = 0; i < x.shape.rank; i++) {
    if (x.shape.dims[i] != 1 && x.shape.dims[i] != out.shape.dims[i + shift]) return false;
  }
  return true;
}

void Lowering::check(const Node& node, const std::vector<Operand>& in, const Operand& out) {
  const std::string& op = ops_[node.op];
  const auto f32 = [&](size_t count) {
    require(in.size() == count && (out.type == Type::f32), node);
    for (const Operand& x : in) require(x.data && x.type == Type::f32, node);
  };
  const Size rows = in[0].shape.rank ? size_of(in[0].shape, 0, in[0].shape.rank - 1) : Size{1, 0, 0};
  for (const char* name : {"exp", "log", "rsqrt", "tanh", "sin", "cos", "floor", "sigmoid", "silu", "gelu-tanh", "round-bf16"}) {
    if (op == name) return f32(1), require(same(in[0], out), node);
  }
  for (const char* name : {"add", "sub", "mul", "div", "max", "greater"}) {
    if (op == name) return f32(2), require(broadcasts(in[0], out) && broadcasts(in[1], out), node);
  }
  if (op == "softcap") return f32(1), require(same(in[0], out), node);
  if (op == "to-int") return require(in.size() == 1 && in[0].data && in[0].type == Type::f32 && out.type == Type::i32 && same(in[0], out), node);
  if (op == "top-k" || op == "take" || op == "expert-matmul") return check_routing(op, node, in, out);
  if (op == "short-conv" || op == "delta-rule") return f32(op == "short-conv" ? 2 : 5), check_recurrent(op, node, in, out);
  if (op == "cast") return require(in.size() == 1 && in[0].data && out.type == Type::f32 && same(in[0], out), node);
  if (op == "silu-mul") return f32(2), require(same(in[0], out) && same(in[1], out), node);
  if (op == "softmax") return f32(1), require(same(in[0], out) && in[0].shape.rank > 0, node);
  if (op == "sum" || op == "reduce-max") return f32(1), require(in[0].shape.rank > 0 && size_of(out.shape) == rows, node);
  if (op == "rms-norm") {
    f32(in.size() == 1 ? 1 : 2);
    require(same(in[0], out) && in[0].shape.rank > 0, node);
    return require(in.size() == 1 || (in[1].shape.rank == 1 && last(in[1]) == last(in[0])), node);
  }
  if (op == "rope") {
    f32(3);
    require(same(in[0], out) && in[0].shape.rank == 3 && in[1].shape.rank == 2 && in[2].shape.rank == 2, node);
    require(in[1].shape.dims[0] == in[0].shape.dims[0] && in[2].shape.dims[0] == in[0].shape.dims[0], node);
    return require(last(in[1]) >= 0 && last(in[1]) == last(in[2]) && 2 * (int64_t)last(in[1]) <= last(in[0]), node);
  }
  if (op == "matmul") {
    require(in.size() == 2 && in[0].data && in[1].data && in[0].type == Type::f32 && in[1].type != Type::i32, node);
    require(in[0].shape.rank > 0 && in[1].shape.rank == 2 && last(in[0]) == last(in[1]), node);
    Operand expected = in[0];
    expected.shape.dims[expected.shape.rank - 1] = in[1].shape.dims[0];
    return require(same(expected, out) && out.type == Type::f32, node);
  }
  check_layout(op, node, in, out);
}

void Lowering::check_layout(const std::string& op, const Node& node, const std::vector<Operand>& in, const Operand& out) {
  const Attrs& attrs = node.attrs;
  if (op == "append") {
    require(in.size() == 3 && attrs.cache < (int32_t)plan_.cacheOf_.size(), node);
    const CacheView& cache = plan_.state->caches[plan_.cacheOf_[attrs.cache]].view;
    for (size_t i = 1; i < 3; i++) {
      const Shape& shape = in[i].shape;
      require(in[i].data && in[i].type == Type::f32 && shape.rank == 3 && shape.dims[0] == kTokens, node);
      require(shape.dims[1] == cache.heads && shape.dims[2] == (i == 1 ? cache.keyDim : cache.valueDim), node);
    }
    return;
  }
  if (op == "attention") {
    require((in.size() == 2 || in.size() == 3) && attrs.cache < (int32_t)plan_.cacheOf_.size() && in[0].data && in[0].type == Type::f32, node);
    const Cache& cache = plan_.state->caches[plan_.cacheOf_[attrs.cache]];
    const Shape& q = in[0].shape;
    require(q.rank == 3 && (q.dims[0] == kTokens || q.dims[0] == kRows) && q.dims[1] > 0 && q.dims[2] == cache.view.keyDim, node);
    require(out.shape.rank == 3 && out.shape.dims[0] == q.dims[0] && out.shape.dims[1] == q.dims[1] && out.shape.dims[2] == cache.view.valueDim, node);
    require(node.slopeCount == 0 || (node.slopeCount == q.dims[1] && (uint64_t)node.slopes + node.slopeCount <= constantCount_), node);
    if (in.size() == 3) {
      const Shape& speeds = in[2].shape;
      require(in[2].data && in[2].type == Type::f32 && speeds.rank == 2 && speeds.dims[0] == q.dims[0] && 2 * (int64_t)speeds.dims[1] == cache.view.keyDim, node);
    }
    // The kernel keeps one result for each query head of a key head.
    require(q.dims[1] % cache.view.heads == 0 && q.dims[1] / cache.view.heads <= 1024, node);
    return require(cache.window == 0 || (attrs.window && attrs.window <= cache.window), node);
  }
  for (const Operand& x : in) require(x.data && (op == "gather" || x.type == out.type), node);
  if (op == "wanted") {
    require(in.size() == 1 && in[0].shape.rank > 0 && in[0].shape.rank == out.shape.rank && in[0].shape.dims[0] == kTokens && out.shape.dims[0] == kRows, node);
    return require(size_of(in[0].shape, 1, in[0].shape.rank) == size_of(out.shape, 1, out.shape.rank), node);
  }
  if (op == "overlay") {
    const Shape& x = in[0].shape;
    require(in.size() == 1 && x.rank == 2 && (x.dims[0] == kTokens || x.dims[0] == kRows) && x.dims[1] > 0 && same(in[0], out), node);
    require(plan_.limits.embedding == 0 || plan_.limits.embedding == x.dims[1], node);
    plan_.limits.embedding = x.dims[1];
    return;
  }
  if (op == "gather") return require(in.size() == 2, node), check_ids(node);
  const int axis = attrs.axis;
  require((op == "slice" || op == "concat") && axis >= 0 && axis < out.shape.rank && out.shape.dims[axis] >= 0, node);
  int64_t total = 0;
  for (const Operand& x : in) {
    require(x.shape.rank == out.shape.rank && x.shape.dims[axis] >= 0, node);
    for (int i = 0; i < out.shape.rank; i++) require(i == axis || x.shape.dims[i] == out.shape.dims[i], node);
    total += x.shape.dims[axis];
  }
  if (op == "concat") return require(total == out.shape.dims[axis], node);
  require(in.size() == 1 && attrs.begin >= 0 && attrs.begin <= attrs.end && attrs.end <= total && out.shape.dims[axis] == attrs.end - attrs.begin, node);
}

// Ids that kernels compute are checked by the kernels that read them.
void Lowering::check_routing(const std::string& op, const Node& node, const std::vector<Operand>& in, const Operand& out) {
  require(!in.empty() && in[0].data && in[0].type == Type::f32, node);
  const Shape& x = in[0].shape;
  if (op == "top-k") {
    require(in.size() == 1 && x.rank == 2 && out.shape.rank == 2 && out.type == Type::i32 && x.dims[0] == out.shape.dims[0], node);
    return require(out.shape.dims[1] >= 1 && out.shape.dims[1] <= x.dims[1], node);
  }
  require(in.size() >= 2 && in[1].data && in[1].type == Type::i32 && in[1].shape.rank == 2, node);
  const Shape& ids = in[1].shape;
  require(x.rank > 0 && x.dims[0] == ids.dims[0] && ids.dims[1] >= 0 && out.type == Type::f32, node);
  if (op == "take") return require(in.size() == 2 && x.rank == 2 && x.dims[1] >= 0 && same(in[1], out), node);
  require(in.size() >= 3 && (x.rank == 2 || (x.rank == 3 && x.dims[1] == ids.dims[1])) && last(in[0]) >= 0, node);
  for (size_t i = 2; i < in.size(); i++) {
    const Shape &w = in[i].shape, &first = in[2].shape;
    require(in[i].data && in[i].type != Type::i32 && (w.rank == 2 || (w.rank == 3 && w.dims[0] == 1)), node);
    require(w.dims[w.rank - 2] == first.dims[first.rank - 2] && last(in[i]) == last(in[0]), node);
  }
  const Shape& w = in[2].shape;
  require(w.dims[w.rank - 2] >= 0 && out.shape.rank == 3 && out.shape.dims[0] == ids.dims[0], node);
  require(out.shape.dims[1] == ids.dims[1] && out.shape.dims[2] == w.dims[w.rank - 2], node);
}

void Lowering::check_recurrent(const std::string& op, const Node& node, const std::vector<Operand>& in, const Operand& out) {
  require(node.attrs.cache < (int32_t)plan_.states_.size(), node);
  const int64_t width = plan_.states_[node.attrs.cache].width;
  if (op == "short-conv") {
    const Shape &x = in[0].shape, &w = in[1].shape;
    require(x.rank == 2 && x.dims[0] == kTokens && w.rank == 3 && w.dims[0] >= 0 && x.dims[1] == w.dims[0] && w.dims[1] == 1, node);
    return require(w.dims[2] >= 1 && w.dims[2] <= kMostTaps && (w.dims[2] - 1) * (int64_t)w.dims[0] == width && same(in[0], out), node);
  }
  const Shape &k = in[1].shape, &v = in[2].shape;
  require(k.rank == 3 && v.rank == 3 && k.dims[0] == kTokens && v.dims[0] == kTokens && same(in[2], out), node);
  require(in[0].shape.rank == 3 && in[0].shape.dims[0] == kTokens && in[0].shape.dims[1] == k.dims[1] && in[0].shape.dims[2] == k.dims[2], node);
  require(k.dims[1] > 0 && k.dims[2] >= 0 && v.dims[1] > 0 && v.dims[2] >= 0 && v.dims[1] % k.dims[1] == 0, node);
  require(size_of(Shape{3, {v.dims[1], k.dims[2], v.dims[2]}}).fixed == width, node);
  for (size_t i = 3; i < 5; i++) require(in[i].shape.rank == 2 && in[i].shape.dims[0] == kTokens && in[i].shape.dims[1] == v.dims[1], node);
}

// Ids come from the step or from constants: both are held against the table before anything runs.
void Lowering::check_ids(const Node& node) {
  const Operand &table = values_[node.inputs[0]].operand, &out_ids = values_[node.inputs[1]].operand;
  const Value& ids = values_[node.inputs[1]];
  require(table.shape.rank == 2 && table.shape.dims[0] > 0 && table.shape.dims[1] >= 0 && table.type != Type::i32, node);
  require(out_ids.type == Type::i32, node);
  Operand expected = out_ids;
  require(expected.shape.rank < kMaxRank, node);
  expected.shape.dims[expected.shape.rank++] = table.shape.dims[1];
  require(size_of(expected.shape) == size_of(node.shape) && node.type == Type::f32, node);
  const int32_t rows = table.shape.dims[0];
  require(ids.least >= 0 && (ids.most < rows || (ids.most == 0 && ids.roots)), node);
  for (int input = 0; input < 3; input++) {
    int32_t& limit = plan_.limits.ids[input];
    if (ids.roots >> input & 1) limit = limit == 0 || rows < limit ? rows : limit;
  }
}

}  // namespace engine
