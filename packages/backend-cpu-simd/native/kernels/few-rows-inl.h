// Rows that meet weights as they come from memory. One or two take them in several far apart streams; up to kHeldRows are
// packed, so that a block of each stays in the first-level cache while a group of outputs passes, and go to as many outputs at
// once as their sums leave registers for.
namespace engine::ENGINE_LEVEL {

constexpr int kStreams = 4;
constexpr int kAhead = 1024;
// Outputs that pass a block of rows: whole numbers of those whose sums are in registers together.
constexpr int kPassing = 12;
// Lines of each next row that are asked for one block earlier.
constexpr int kFirstLines = 3;
// Groups of them that a thread takes at least.
constexpr int64_t kLeastGroups = 4;

// Sums of R · O vectors of lanes, added to those of the blocks before.
template <int R, int O>
inline void add_sums(const V (&acc)[R][O], bool first, float* to) {
  constexpr int kAll = R * O, kWhole = kAll / kTileOutputs * kTileOutputs;
  float block[kAll];
#pragma GCC unroll 8
  for (int i = 0; i < kWhole; i += kTileOutputs) {
    V some[kTileOutputs];
#pragma GCC unroll 8
    for (int j = 0; j < kTileOutputs; j++) some[j] = acc[(i + j) / O][(i + j) % O];
    sums(some, block + i);
  }
  for (int i = kWhole; i < kAll; i++) block[i] = sum(acc[i / O][i % O]);
  for (int i = 0; i < kAll; i++) to[i] = first ? block[i] : to[i] + block[i];
}

// O outputs `apart` from one another.
template <int R, int O, class W>
inline void stream_outputs(const Product& p, int64_t output, int64_t apart) {
  float total[R * O];
  for (int64_t k = 0; k == 0 || k < p.depth; k += kDepth) {
    const W* w[O];
    for (int o = 0; o < O; o++) w[o] = (const W*)p.w + (output + o * apart) * p.depth + k;
    V acc[R][O];
    clear(acc);
    dots<R, O, true>(p.x + k, p.depth, w, p.depth - k < kDepth ? p.depth - k : kDepth, acc, kAhead);
    add_sums(acc, k == 0, total);
  }
  for (int i = 0; i < R * O; i++) p.y[i / O * p.outputs + output + i % O * apart] = total[i];
}

template <int R, class W>
inline void streamed_rows(const Product& p, Range outputs) {
  const int64_t apart = (outputs.end - outputs.begin) / kStreams;
  for (int64_t i = 0; i < apart; i++) stream_outputs<R, kStreams, W>(p, outputs.begin + i, apart);
  for (int64_t o = outputs.begin + apart * kStreams; o < outputs.end; o++) stream_outputs<R, 1, W>(p, o, 0);
}

// At most kPassing outputs, O at a time, against R packed rows; after them come those at `next`.
template <int R, int O, class W>
inline void held_outputs(const Product& p, const float* x, Range outputs, int64_t next) {
  float total[kPassing / O][R * O];
  for (int64_t k = 0; k == 0 || k < p.depth; k += kDepth, x += R * kPackedRow) {
    for (int64_t o = outputs.begin; o < outputs.end; o += O) {
      const W* w[O];
      for (int i = 0; i < O; i++) w[i] = (const W*)p.w + (o + i) * p.depth + k;
      const W* const then = (const W*)p.w + (o + O < outputs.end ? (o + O) * p.depth + k : k + kDepth < p.depth ? outputs.begin * p.depth + k + kDepth : next * p.depth);
      // The next group's rows are other pages of memory: their first lines tell the processor in time to read on there.
      if (k + kDepth < p.depth && k + 2 * kDepth >= p.depth) {
        const W* const far = (const W*)p.w + (next + o - outputs.begin) * p.depth;
#pragma GCC unroll 8
        for (int i = 0; i < O * kFirstLines; i++) prefetch((const char*)(far + i / kFirstLines * p.depth) + 64 * (i % kFirstLines));
      }
      V acc[R][O];
      clear(acc);
      dots<R, O, true>(x, kPackedRow, w, p.depth - k < kDepth ? p.depth - k : kDepth, acc, (const char*)then - (const char*)w[0]);
      add_sums(acc, k == 0, total[(o - outputs.begin) / O]);
    }
  }
  for (int64_t r = 0; r < p.rows; r++) {
    for (int64_t o = 0; o < outputs.end - outputs.begin; o++) p.y[r * p.outputs + outputs.begin + o] = total[o / O][r * O + o % O];
  }
}

// Rows up to R; those that are not there are zeros.
template <int R>
inline void hold(const Product& p, float* into) {
  for (int64_t k = 0; k < p.depth; k += kDepth, into += R * kPackedRow) {
    pack(p, 0, p.rows, k, into);
    memset(into + p.rows * kPackedRow, 0, sizeof(float) * (R - p.rows) * kPackedRow);
  }
}

template <int R, class W>
inline void held_rows(const Product& p, const Share& share) {
  constexpr int O = kHeldSums < 2 * R ? 1 : kHeldSums / R;
  float* const x = (float*)share.scratch;
  const int64_t groups = (p.outputs + kPassing - 1) / kPassing;
  const Taking of{groups, groups, 1, kLeastGroups};
  const bool shared = p.taken && share.threads > 1;
  bool held = false;
  for (Range some = shared ? take(p.taken, of, share) : part(share, groups, 1); some.begin < some.end; some = shared ? take(p.taken, of, share) : Range{0, 0}) {
    if (!held) hold<R>(p, x);
    held = true;
    for (int64_t group = some.begin; group < some.end; group++) {
      const int64_t begin = group * kPassing, end = p.outputs - begin < kPassing ? p.outputs : begin + kPassing, whole = begin + (end - begin) / O * O;
      if (begin < whole) held_outputs<R, O, W>(p, x, {begin, whole}, end);
      if (whole < end) held_outputs<R, 1, W>(p, x, {whole, end}, end);
    }
  }
}

// At most kHeldRows rows.
template <class W>
inline void few_rows(const Product& p, const Share& share) {
  if (p.rows == 1) streamed_rows<1, W>(p, part(share, p.outputs, kTileOutputs));
  else if (p.rows == 2) streamed_rows<2, W>(p, part(share, p.outputs, kTileOutputs));
  else if (p.rows <= kHeldRows / 2) held_rows<kHeldRows / 2, W>(p, share);
  else held_rows<kHeldRows, W>(p, share);
}

}  // namespace engine::ENGINE_LEVEL
