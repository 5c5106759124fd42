// y[r, o] = Σ_k x[r, k] · w[o, k], w in its storage type as it lies in the file. k goes in blocks of kDepth;
// a block's sum is a dot product of lanes, blocks are added in order. Few rows read w once in several far
// apart streams (decode is bound by memory); many rows reuse a tile of w decoded into the first-level cache.
namespace engine::ENGINE_LEVEL {

constexpr int64_t kDepth = 512;
constexpr int kStreams = 4;
constexpr int kAhead = 1024;
constexpr int64_t kRowBlock = 96;

struct Product {
  const float* x;
  const void* w;
  float* y;
  int64_t rows, depth, outputs;
};

// y of R rows for O outputs at once, the outputs `apart` from one another.
template <class W, int R, int O>
inline void few_rows_at(const Product& p, int64_t output, int64_t apart) {
  const W* w[O];
  float total[R][O];
  for (int64_t k = 0; k == 0 || k < p.depth; k += kDepth) {
    for (int o = 0; o < O; o++) w[o] = (const W*)p.w + (output + o * apart) * p.depth + k;
    V acc[R][O];
    clear(acc);
    dots<R, O, kAhead>(p.x + k, p.depth, w, p.depth - k < kDepth ? p.depth - k : kDepth, acc);
    for (int r = 0; r < R; r++) {
      for (int o = 0; o < O; o++) total[r][o] = k == 0 ? sum(acc[r][o]) : total[r][o] + sum(acc[r][o]);
    }
  }
  for (int r = 0; r < R; r++) {
    for (int o = 0; o < O; o++) p.y[r * p.outputs + output + o * apart] = total[r][o];
  }
}

template <class W, int R>
inline void few_rows(const Product& p, Range outputs) {
  const int64_t apart = (outputs.end - outputs.begin) / kStreams;
  for (int64_t i = 0; i < apart; i++) few_rows_at<W, R, kStreams>(p, outputs.begin + i, apart);
  for (int64_t o = outputs.begin + apart * kStreams; o < outputs.end; o++) few_rows_at<W, R, 1>(p, o, 0);
}

// kTileOutputs outputs from `output` on, of which `valid` exist, for R rows against a decoded tile.
template <int R>
inline void tile_rows(const Product& p, const float* tile, int64_t row, int64_t output, int valid, int64_t k, int64_t n) {
  const float* w[kTileOutputs];
  for (int o = 0; o < kTileOutputs; o++) w[o] = tile + o * kDepth;
  V acc[R][kTileOutputs];
  clear(acc);
  dots<R, kTileOutputs, 0>(p.x + row * p.depth + k, p.depth, w, n, acc);
  for (int r = 0; r < R; r++) {
    alignas(64) float block[kTileOutputs];
    sums(acc[r], block);
    float* y = p.y + (row + r) * p.outputs + output;
    for (int o = 0; o < valid; o++) y[o] = k == 0 ? block[o] : y[o] + block[o];
  }
}

template <class W>
inline void many_rows(const Product& p, Range rows, Range outputs) {
  alignas(64) float tile[kTileOutputs * kDepth];
  for (int64_t row0 = rows.begin; row0 < rows.end; row0 += kRowBlock) {
    const int64_t row1 = row0 + kRowBlock < rows.end ? row0 + kRowBlock : rows.end;
    for (int64_t k = 0; k == 0 || k < p.depth; k += kDepth) {
      const int64_t n = p.depth - k < kDepth ? p.depth - k : kDepth;
      for (int64_t o = outputs.begin; o < outputs.end; o += kTileOutputs) {
        const int valid = (int)(outputs.end - o < kTileOutputs ? outputs.end - o : kTileOutputs);
        const W* w = (const W*)p.w + o * p.depth + k;
        for (int i = 0; i < kTileOutputs; i++) decode_row(w + (i < valid ? i : 0) * p.depth, n, tile + i * kDepth);
        int64_t row = row0;
        for (; row + kTileRows <= row1; row += kTileRows) tile_rows<kTileRows>(p, tile, row, o, valid, k, n);
        for (; row < row1; row++) tile_rows<1>(p, tile, row, o, valid, k, n);
      }
    }
  }
}

template <class W>
inline void multiply(const Product& p, const Share& share) {
  const Range outputs = part(share, p.outputs, kTileOutputs);
  if (p.rows == 1) return few_rows<W, 1>(p, outputs);
  if (p.rows == 2) return few_rows<W, 2>(p, outputs);
  const Range all_rows{0, p.rows};
  // Too few outputs to share: the rows are.
  if (p.outputs < kTileOutputs * share.threads) return many_rows<W>(p, part(share, p.rows, kTileRows), {0, p.outputs});
  many_rows<W>(p, all_rows, outputs);
}

void matmul(const Call& call, const Step& step, const Share& share) {
  const Operand &x = call.inputs[0], &w = call.inputs[1];
  const int64_t depth = bind(w.shape.dims[1], step), outputs = bind(w.shape.dims[0], step);
  const Product p{floats(x), w.data, result(call), elements(x.shape, step, 0, x.shape.rank - 1), depth, outputs};
  if (p.rows == 0) return;
  if (w.type == Type::f32) multiply<float>(p, share);
  if (w.type == Type::f16) multiply<F16>(p, share);
  if (w.type == Type::bf16) multiply<Bf16>(p, share);
}

}  // namespace engine::ENGINE_LEVEL
