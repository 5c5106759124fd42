// y[r, j, o] = Σ_k x[r, k] · w[ids[r, j]][o, k]. Routed rows are grouped by expert, so that a weight is read once for
// all rows that want it; threads share the outputs of every expert. A row's sum is made as matmul makes it: blocks
// of k in order, each a dot product of lanes, whoever else wants the expert.
namespace engine::ENGINE_LEVEL {

constexpr int64_t kExpertDepth = 512;
constexpr int kExpertStreams = 4;

// Rows routed to one expert: which of the [rows · k] results, and what they multiply.
struct Routed {
  const float* x;
  float* y;
  const int32_t* order;
  int64_t count, shared;  // `shared` results have the same row of x
  int64_t depth, outputs;
  float* side;  // room for kExpertRows rows
};

// One row for O outputs that stand `apart`: as many streams of the weight.
template <class W, int O>
inline void one_routed(const Routed& r, const W* weight, int64_t output, int64_t apart) {
  const float* x = r.x + r.order[0] / r.shared * r.depth;
  float total[O];
  for (int64_t k = 0; k == 0 || k < r.depth; k += kExpertDepth) {
    const W* w[O];
    for (int o = 0; o < O; o++) w[o] = weight + (output + o * apart) * r.depth + k;
    V acc[1][O];
    clear(acc);
    dots<1, O, true>(x + k, r.depth, w, r.depth - k < kExpertDepth ? r.depth - k : kExpertDepth, acc, 1024);
    for (int o = 0; o < O; o++) total[o] = k == 0 ? sum(acc[0][o]) : total[o] + sum(acc[0][o]);
  }
  for (int o = 0; o < O; o++) r.y[r.order[0] * r.outputs + output + o * apart] = total[o];
}

// R rows that stand in `side` from `row` on, against a decoded tile of outputs of which `valid` exist.
template <int R>
inline void some_routed(const Routed& r, const float* tile, int64_t row, int64_t output, int valid, int64_t k, int64_t n) {
  const float* w[kTileOutputs];
  for (int o = 0; o < kTileOutputs; o++) w[o] = tile + o * kExpertDepth;
  V acc[R][kTileOutputs];
  clear(acc);
  dots<R, kTileOutputs, false>(r.side + row * r.depth + k, r.depth, w, n, acc);
  for (int i = 0; i < R; i++) {
    alignas(64) float block[kTileOutputs];
    sums(acc[i], block);
    float* y = r.y + r.order[row + i] * r.outputs + output;
    for (int o = 0; o < valid; o++) y[o] = k == 0 ? block[o] : y[o] + block[o];
  }
}

template <class W>
inline void multiply_routed(const Routed& r, const W* weight, Range outputs) {
  if (r.count == 1) {
    const int64_t apart = (outputs.end - outputs.begin) / kExpertStreams;
    for (int64_t i = 0; i < apart; i++) one_routed<W, kExpertStreams>(r, weight, outputs.begin + i, apart);
    for (int64_t o = outputs.begin + apart * kExpertStreams; o < outputs.end; o++) one_routed<W, 1>(r, weight, o, 0);
    return;
  }
  for (int64_t i = 0; i < r.count; i++) {
    memcpy(r.side + i * r.depth, r.x + r.order[i] / r.shared * r.depth, sizeof(float) * r.depth);
  }
  alignas(64) float tile[kTileOutputs * kExpertDepth];
  for (int64_t k = 0; k == 0 || k < r.depth; k += kExpertDepth) {
    const int64_t n = r.depth - k < kExpertDepth ? r.depth - k : kExpertDepth;
    for (int64_t o = outputs.begin; o < outputs.end; o += kTileOutputs) {
      const int valid = (int)(outputs.end - o < kTileOutputs ? outputs.end - o : kTileOutputs);
      const W* w = weight + o * r.depth + k;
      for (int i = 0; i < kTileOutputs; i++) decode_row(w + (i < valid ? i : 0) * r.depth, n, tile + i * kExpertDepth);
      int64_t row = 0;
      for (; row + kTileRows <= r.count; row += kTileRows) some_routed<kTileRows>(r, tile, row, o, valid, k, n);
      for (; row < r.count; row++) some_routed<1>(r, tile, row, o, valid, k, n);
    }
  }
}

void expert_matmul(const Call& call, const Step& step, const Share& share) {
  const Operand &x = call.inputs[0], &ids = call.inputs[1];
  const int64_t routed = elements(ids.shape, step), experts = call.count - 2, k = ids.shape.dims[1];
  const Shape& shape = call.inputs[2].shape;
  const int64_t depth = shape.dims[shape.rank - 1], outputs = shape.dims[shape.rank - 2];
  const int32_t* id = (const int32_t*)ids.data;
  const Range mine = part(share, outputs, kTileOutputs);
  // order: the routed rows of expert 0, then of expert 1, …; ends[e] is where those of e end.
  float* side = (float*)share.scratch;
  int32_t* ends = (int32_t*)(side + kExpertRows * depth);
  int32_t* order = ends + experts + 1;
  for (int64_t e = 0; e <= experts; e++) ends[e] = 0;
  for (int64_t i = 0; i < routed; i++) {
    if (id[i] >= 0 && id[i] < experts) {
      ends[id[i] + 1]++;
    } else {
      for (int64_t o = mine.begin; o < mine.end; o++) result(call)[i * outputs + o] = __builtin_nanf("");
    }
  }
  for (int64_t e = 0; e < experts; e++) ends[e + 1] += ends[e];
  for (int64_t i = 0; i < routed; i++) {
    if (id[i] >= 0 && id[i] < experts) order[ends[id[i]]++] = (int32_t)i;
  }
  for (int64_t e = 0, at = 0; e < experts; e++) {
    const Operand& w = call.inputs[2 + e];
    for (; at < ends[e]; at += kExpertRows) {
      const int64_t count = ends[e] - at < kExpertRows ? ends[e] - at : kExpertRows;
      const Routed r{floats(x), result(call), order + at, count, x.shape.rank == 2 ? k : 1, depth, outputs, side};
      if (w.type == Type::f32) multiply_routed(r, (const float*)w.data, mine);
      if (w.type == Type::f16) multiply_routed(r, (const F16*)w.data, mine);
      if (w.type == Type::bf16) multiply_routed(r, (const Bf16*)w.data, mine);
    }
    at = ends[e];
  }
}

}  // namespace engine::ENGINE_LEVEL
