// y[r, o] = Σ_k x[r, k] · w[o, k], w in its storage type as it lies in the file. k goes in blocks of kDepth;
// a block's sum is a dot product of lanes, blocks are added in order. Up to kHeldRows rows meet w as it comes from memory
// (few-rows-inl.h); more reuse a tile of it decoded into the first-level cache.
namespace engine::ENGINE_LEVEL {

constexpr int64_t kRowBlock = kPackedRows;

// What R rows have so far of a tile's outputs, side by side: rows of y lie far apart, often in one set of a cache.
struct SoFar {
  float* sums;
  bool last;  // block of k: the sums go to y
};

// kTileOutputs outputs from `output` on, of which `valid` exist, for R rows against a decoded tile.
template <int R>
inline void tile_rows(const Product& p, const Packed& x, const float* tile, int64_t r0, int64_t output, int valid, const SoFar& before) {
  const float* w[kTileOutputs];
  for (int o = 0; o < kTileOutputs; o++) w[o] = tile + o * kDepth;
  V acc[R][kTileOutputs];
  clear(acc);
  dots<R, kTileOutputs, false, true>(x.x + r0 * kPackedRow, kPackedRow, w, x.n, acc);
  float* y = p.y + (x.row + r0) * p.outputs + output;
  float* so_far = before.sums + r0 * kTileOutputs;
#pragma GCC unroll 4
  for (int r = 0; r < R; r++, y += p.outputs, so_far += kTileOutputs) {
    alignas(64) float block[kTileOutputs];
    sums(acc[r], block);
    for (int o = 0; o < kTileOutputs && x.k > 0; o++) block[o] = so_far[o] + block[o];
    if (!before.last) memcpy(so_far, block, sizeof block);
    else if (valid == kTileOutputs) memcpy(y, block, sizeof block);
    else memcpy(y, block, sizeof(float) * valid);
  }
}

// A block of rows against some outputs at one depth.
template <class W>
inline void tiles_at(const Product& p, const Packed& x, Range outputs, float* sums) {
  alignas(64) float tile[kTileOutputs * kDepth];
  const bool last = x.k + kDepth >= p.depth;
  const int64_t depth = last ? p.depth - x.k : kDepth;
  // Bytes of each of the next tile's weight rows to fetch while a tile of rows uses this one.
  const int64_t stride = p.depth * (int64_t)sizeof(W), ahead = (x.n * (int64_t)sizeof(W) * kTileRows / x.rows / 64 + 1) * 64;
  for (int64_t o = outputs.begin; o < outputs.end; o += kTileOutputs) {
    const int valid = (int)(outputs.end - o < kTileOutputs ? outputs.end - o : kTileOutputs);
    const SoFar before{sums + (o - outputs.begin) * kPackedRows, last};
    const W* w = (const W*)p.w + o * p.depth + x.k;
    for (int i = 0; i < kTileOutputs; i++) decode_padded(w + (i < valid ? i : 0) * p.depth, depth, tile + i * kDepth);
    const char* next = (const char*)(w + kTileOutputs * p.depth);
    int64_t next_byte = 0;
    int64_t r = 0;
    for (; r + kTileRows <= x.rows; r += kTileRows) {
      for (int64_t end = next_byte + ahead; next_byte < end && next_byte < x.n * (int64_t)sizeof(W); next_byte += 64) {
        for (int i = 0; i < kTileOutputs; i++) prefetch(next + i * stride + next_byte);
      }
      tile_rows<kTileRows>(p, x, tile, r, o, valid, before);
    }
    for (; r < x.rows; r++) tile_rows<1>(p, x, tile, r, o, valid, before);
  }
}

template <class W>
inline void many_rows(const Product& p, Range rows, Range outputs, const Share& share) {
  float* const packed = (float*)share.scratch;
  float* const sums = packed + kPackedRows * kPackedRow;
  for (int64_t row = rows.begin; row < rows.end; row += kRowBlock) {
    const int64_t block = rows.end - row < kRowBlock ? rows.end - row : kRowBlock;
    for (int64_t o = outputs.begin; o < outputs.end; o += kPackedOutputs) {
      const Range some{o, outputs.end - o < kPackedOutputs ? outputs.end : o + kPackedOutputs};
      for (int64_t k = 0; k == 0 || k < p.depth; k += kDepth) tiles_at<W>(p, pack(p, row, block, k, packed), some, sums);
    }
  }
}

template <class W>
inline void multiply(const Product& p, const Share& share) {
  if (p.rows <= kHeldRows) return few_rows<W>(p, share);
  const Range all_rows{0, p.rows};
  // Too few outputs to share: the rows are.
  if (p.outputs < kTileOutputs * share.threads) return many_rows<W>(p, part(share, p.rows, kTileRows), {0, p.outputs}, share);
  many_rows<W>(p, all_rows, part(share, p.outputs, kTileOutputs), share);
}

void matmul(const Call& call, const Step& step, const Share& share) {
  const Operand &x = call.inputs[0], &w = call.inputs[1];
  const int64_t depth = bind(w.shape.dims[1], step), outputs = bind(w.shape.dims[0], step);
  const Product p{floats(x), w.data, result(call), elements(x.shape, step, 0, x.shape.rank - 1), depth, outputs, call.taken};
  if (p.rows == 0) return;
  if (w.type == Type::f32) multiply<float>(p, share);
  if (w.type == Type::f16) multiply<F16>(p, share);
  if (w.type == Type::bf16) multiply<Bf16>(p, share);
}

}  // namespace engine::ENGINE_LEVEL
