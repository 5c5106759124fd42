// y[r, o] = Σ_k x[r, k] · w[o, k], w in its storage type as it lies in the file. k goes in blocks of kDepth;
// a block's sum is a dot product of lanes, blocks are added in order. Few rows read w once in several far
// apart streams (decode is bound by memory); many rows reuse a tile of w decoded into the first-level cache.
namespace engine::ENGINE_LEVEL {

constexpr int64_t kDepth = kPackedDepth;
constexpr int kStreams = 4;
constexpr int kAhead = 1024;
constexpr int64_t kRowBlock = kPackedRows;
// Rows that meet weights as they come from memory; more meet tiles.
constexpr int kFewRows = 8;

struct Product {
  const float* x;
  const void* w;
  float* y;
  int64_t rows, depth, outputs;
};

// One block's sums of R rows from `row` on, each for O outputs, to `total`. Ahead as for dots().
template <int R, int O, int Ahead, class W>
inline void few_rows_block(const Product& p, int64_t row, const W* const (&w)[O], int64_t k, float (&total)[kFewRows][O]) {
  V acc[R][O];
  clear(acc);
  dots<R, O, Ahead>(p.x + row * p.depth + k, p.depth, w, p.depth - k < kDepth ? p.depth - k : kDepth, acc);
  float block[R * O];
  if constexpr (R * O % kTileOutputs == 0) {
    for (int i = 0; i < R * O; i += kTileOutputs) {
      V some[kTileOutputs];
#pragma GCC unroll 8
      for (int j = 0; j < kTileOutputs; j++) some[j] = acc[(i + j) / O][(i + j) % O];
      sums(some, block + i);
    }
  } else {
    for (int i = 0; i < R * O; i++) block[i] = sum(acc[i / O][i % O]);
  }
  for (int i = 0; i < R * O; i++) {
    float& to = total[row + i / O][i % O];
    to = k == 0 ? block[i] : to + block[i];
  }
}

// y of at most kFewRows rows for O outputs at once, the outputs `apart` from one another. Rows that do not fit the registers
// together find a block of weights in the first-level cache, where the ones before brought it.
template <class W, int O>
inline void few_rows_at(const Product& p, int64_t output, int64_t apart) {
  const W* w[O];
  float total[kFewRows][O];
  for (int64_t k = 0; k == 0 || k < p.depth; k += kDepth) {
    for (int o = 0; o < O; o++) w[o] = (const W*)p.w + (output + o * apart) * p.depth + k;
    int64_t row = 0;
    if (p.rows >= kRowsTogether) few_rows_block<kRowsTogether, O, kAhead>(p, row, w, k, total), row += kRowsTogether;
    for (; row + kRowsTogether <= p.rows; row += kRowsTogether) few_rows_block<kRowsTogether, O, 0>(p, row, w, k, total);
    for (; row + 2 <= p.rows; row += 2) few_rows_block<2, O, kAhead>(p, row, w, k, total);
    if (row < p.rows) few_rows_block<1, O, kAhead>(p, row, w, k, total);
  }
  for (int64_t r = 0; r < p.rows; r++) {
    for (int o = 0; o < O; o++) p.y[r * p.outputs + output + o * apart] = total[r][o];
  }
}

template <class W>
inline void few_rows(const Product& p, Range outputs) {
  const int64_t apart = (outputs.end - outputs.begin) / kStreams;
  for (int64_t i = 0; i < apart; i++) few_rows_at<W, kStreams>(p, outputs.begin + i, apart);
  for (int64_t o = outputs.begin + apart * kStreams; o < outputs.end; o++) few_rows_at<W, 1>(p, o, 0);
}

// As f32, with zeros up to a multiple of kLanes.
template <class T>
inline void decode_padded(const T* from, int64_t n, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, load(from + i));
  if (i < n) store(to + i, load(from + i, (int)(n - i)));
}

// A block of rows at one depth, rows packed side by side: their own strides are often powers of two, which
// share few sets of a cache. n is a multiple of kLanes, with zeros behind the end.
struct Packed {
  const float* x;
  int64_t row, rows, k, n;
};
constexpr int64_t kPackedRow = kDepth + 16;

inline Packed pack(const Product& p, int64_t row, int64_t rows, int64_t k, float* into) {
  const int64_t n = p.depth - k < kDepth ? p.depth - k : kDepth;
  for (int64_t r = 0; r < rows; r++) decode_padded(p.x + (row + r) * p.depth + k, n, into + r * kPackedRow);
  return {into, row, rows, k, (n + kLanes - 1) / kLanes * kLanes};
}

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
  dots<R, kTileOutputs, 0, true>(x.x + r0 * kPackedRow, kPackedRow, w, x.n, acc);
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
  const Range outputs = part(share, p.outputs, kTileOutputs);
  if (p.rows <= kFewRows) return few_rows<W>(p, outputs);
  const Range all_rows{0, p.rows};
  // Too few outputs to share: the rows are.
  if (p.outputs < kTileOutputs * share.threads) return many_rows<W>(p, part(share, p.rows, kTileRows), {0, p.outputs}, share);
  many_rows<W>(p, all_rows, outputs, share);
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
