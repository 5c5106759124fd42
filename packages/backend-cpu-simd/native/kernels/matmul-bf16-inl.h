// y[r, o] = Σ_k x[r, k] · w[o, k] for weights stored as bf16 and rows that bf16 holds: pairs of inputs, as they lie in the file.
// Sums are made as in matmul-inl.h, with a lane for every pair: one order for one row as for five hundred.
#include "kernels.h"

#include "shape-inl.h"

namespace engine {
namespace avx512 {
extern const Kernels kernels;
}
namespace ENGINE_LEVEL {

constexpr int64_t kPairs = 32;       // inputs of a vector
constexpr int64_t kSumDepth = 512;   // after which lanes are folded
constexpr int64_t kHeldRows = 96;    // of x, as bf16
constexpr int kStreams = 4;

struct PairProduct {
  const uint16_t* x;  // [rows, depth padded to kPairs], zeros at the end
  const uint16_t* w;
  float* y;
  int64_t depth, outputs;
  int64_t padded() const { return (depth + kPairs - 1) / kPairs * kPairs; }
};

// R rows for O outputs that lie `apart`.
template <int R, int O>
inline void rows_by_outputs(const PairProduct& p, int64_t row, int64_t output, int64_t apart) {
  float total[R][O] = {};
  const uint16_t* const w = p.w + output * p.depth;
  const uint16_t* const x = p.x + row * p.padded();
  for (int64_t k = 0; k < p.depth; k += kSumDepth) {
    const int64_t end = p.depth - k < kSumDepth ? p.depth : k + kSumDepth;
    V acc[R][O];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 8
      for (int o = 0; o < O; o++) acc[r][o] = zero();
    }
    for (int64_t i = k; i < end; i += kPairs) {
      const int n = (int)(end - i < kPairs ? end - i : kPairs);
      Pairs a[R];
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) a[r] = load_pairs(x + r * p.padded() + i);
#pragma GCC unroll 8
      for (int o = 0; o < O; o++) {
        const uint16_t* const at = w + o * apart * p.depth + i;
        prefetch((const char*)at + 1024);
        const Pairs b = n == kPairs ? load_pairs(at) : load_pairs(at, n);
#pragma GCC unroll 8
        for (int r = 0; r < R; r++) acc[r][o] = dot_pairs(acc[r][o], a[r], b);
      }
    }
    for (int r = 0; r < R; r++) {
      for (int o = 0; o < O; o++) total[r][o] += sum(acc[r][o]);
    }
  }
  for (int r = 0; r < R; r++) {
    for (int o = 0; o < O; o++) p.y[(row + r) * p.outputs + output + o * apart] = total[r][o];
  }
}

// Some rows for all outputs of a range. One row reads weights in streams far apart, several meet eight outputs at once.
inline void rows_by_range(const PairProduct& p, int64_t rows, Range outputs) {
  if (rows == 1) {
    const int64_t apart = (outputs.end - outputs.begin) / kStreams;
    for (int64_t i = 0; i < apart; i++) rows_by_outputs<1, kStreams>(p, 0, outputs.begin + i, apart);
    for (int64_t o = outputs.begin + apart * kStreams; o < outputs.end; o++) rows_by_outputs<1, 1>(p, 0, o, 0);
    return;
  }
  int64_t o = outputs.begin;
  for (; o + kTileOutputs <= outputs.end; o += kTileOutputs) {
    int64_t r = 0;
    for (; r + kTileRows <= rows; r += kTileRows) rows_by_outputs<kTileRows, kTileOutputs>(p, r, o, 1);
    for (; r < rows; r++) rows_by_outputs<1, kTileOutputs>(p, r, o, 1);
  }
  for (; o < outputs.end; o++) {
    for (int64_t r = 0; r < rows; r++) rows_by_outputs<1, 1>(p, r, o, 0);
  }
}

void matmul_bf16(const Call& call, const Step& step, const Share& share) {
  const Operand &x = call.inputs[0], &w = call.inputs[1];
  if (w.type != Type::bf16) return avx512::kernels.matmul(call, step, share);
  const int64_t depth = bind(w.shape.dims[1], step), outputs = bind(w.shape.dims[0], step);
  const int64_t rows = elements(x.shape, step, 0, x.shape.rank - 1);
  // Too few outputs to share: the rows are.
  const bool byRows = outputs < kTileOutputs * share.threads;
  const Range mine = byRows ? Range{0, outputs} : part(share, outputs, kTileOutputs);
  const Range own = byRows ? part(share, rows, kTileRows) : Range{0, rows};
  if (mine.begin == mine.end) return;
  for (int64_t row = own.begin; row < own.end; row += kHeldRows) {
    const int64_t held = own.end - row < kHeldRows ? own.end - row : kHeldRows;
    const PairProduct p{(const uint16_t*)share.scratch, (const uint16_t*)w.data, result(call) + row * outputs, depth, outputs};
    memset(share.scratch, 0, 2 * held * p.padded());
    for (int64_t r = 0; r < held; r++) {
      Bf16* const to = (Bf16*)share.scratch + r * p.padded();
      const float* const from = floats(x) + (row + r) * depth;
      for (int64_t k = 0; k < depth; k += kLanes) {
        const int n = (int)(depth - k < kLanes ? depth - k : kLanes);
        store(to + k, load(from + k, n), n);
      }
    }
    rows_by_range(p, held, mine);
  }
}

void experts_bf16(const Call& call, const Step& step, const Share& share) { avx512::kernels.expert_matmul(call, step, share); }

extern const Bf16Kernels bf16;
const Bf16Kernels bf16 = {matmul_bf16, experts_bf16};

}  // namespace ENGINE_LEVEL
}  // namespace engine
