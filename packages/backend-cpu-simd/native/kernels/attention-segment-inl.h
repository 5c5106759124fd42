// One segment of the context for one tile of queries: scores, weights, and the mix of values. See attention-inl.h.
namespace engine::ENGINE_LEVEL {

// o[r] += Σ_j p[r][j] · v[j] for R queries, C vectors of columns, the last of `lanes` lanes.
template <int R, int C, class T>
inline void mix_columns(const float* p, const T* v, int64_t n, float* o, int64_t width, int lanes) {
  V acc[R][C];
  for (int r = 0; r < R; r++) {
    for (int c = 0; c < C; c++) acc[r][c] = load(o + r * width + c * kLanes, lanes);
  }
  for (int64_t j = 0; j < n; j++) {
    V row[C];
    for (int c = 0; c < C; c++) {
      const T* from = v + j * width + c * kLanes;
      row[c] = C > 1 || lanes == kLanes ? load(from) : load(from, lanes);
    }
#pragma GCC unroll 4
    for (int r = 0; r < R; r++) {
      const V weight = splat(p[r * kSegment + j]);
#pragma GCC unroll 4
      for (int c = 0; c < C; c++) acc[r][c] = fma(weight, row[c], acc[r][c]);
    }
  }
  for (int r = 0; r < R; r++) {
    for (int c = 0; c < C; c++) store(o + r * width + c * kLanes, acc[r][c], lanes);
  }
}

// Linear biases (ALiBi): the further away a key is from `place`, the lower its score.
inline void lean(float* scores, int64_t begin, int64_t end, float slope, int64_t place) {
  for (int64_t j = begin; j < end; j++) scores[j] += slope * (float)(j - place);
}

template <class T>
struct Segment {
  Segment(const Attend& a, const Share& share, const Tile& tile, int64_t head)
      : a(a), cache(a.cache), tile(tile), head(head), queries(tile.rows * a.group), turns(a.speeds(tile.row), a.speeds(tile.row) ? a.cache.keyDim / 2 : 0, share.scratch) {
    const int64_t room = a.group > kQueries ? a.group : kQueries;
    q = (float*)(share.scratch + (turns.speeds ? turns_scratch(cache.keyDim) : 0));
    scores = q + room * (cache.keyDim + 16);
    o = scores + room * kSegment;
    totals = o + room * (cache.valueDim + 16);
    for (int64_t i = 0; i < queries; i++) {
      memcpy(q + i * cache.keyDim, query(i), sizeof(float) * cache.keyDim);
      if (turns.speeds) turns.turn_exactly(q + i * cache.keyDim, a.place(row_of(i)));
    }
  }
  int64_t row_of(int64_t i) const { return tile.row + i / a.group; }
  int64_t head_of(int64_t i) const { return head * a.group + i % a.group; }
  const float* query(int64_t i) const { return floats(a.call.inputs[0]) + (row_of(i) * a.heads + head_of(i)) * cache.keyDim; }
  int64_t begin_of(int64_t i) const { return a.first(row_of(i)) > start ? a.first(row_of(i)) : start; }
  int64_t end_of(int64_t i) const { return a.end(row_of(i)) < start + kSegment ? a.end(row_of(i)) : start + kSegment; }
  const T* key(int64_t place) const { return (const T*)block_of(cache, tile.sequence, place) + at(place) * cache.keyDim; }
  const T* value(int64_t place) const {
    return (const T*)(block_of(cache, tile.sequence, place) + cache.valueBytes) + at(place) * cache.valueDim;
  }
  int64_t at(int64_t place) const {
    const int64_t places = (int64_t)1 << cache.blockShift;
    return head * places + (place & (places - 1));
  }

  template <int R, class K>
  void score_at(int64_t i, const K* const* keys, float* to) {
    V acc[R][kTileOutputs];
    clear(acc);
    dots<R, kTileOutputs, 0>(q + i * cache.keyDim, cache.keyDim, keys, cache.keyDim, acc);
    for (int r = 0; r < R; r++) {
      float* row = to + r * kSegment;
      sums(acc[r], row);
      for (int k = 0; k < kTileOutputs; k++) row[k] *= a.call.attrs.scale;
    }
  }

  // Scores of all keys any row sees; tiles of keys lie within a block, as kTileOutputs divides 16.
  void score() {
    const int64_t from = begin_of(0), to = end_of(queries - 1);
    if (turns.speeds) turns.begin(start);
    for (int64_t j = from / kTileOutputs * kTileOutputs; j < to; j += kTileOutputs) {
      if (turns.speeds) {
        turns.seek(j);
        const float* turned[kTileOutputs];
        for (int k = 0; k < kTileOutputs; k++) {
          turned[k] = turns.keys + k * cache.keyDim;
          turns.turn(key(j) + k * cache.keyDim, j + k, turns.keys + k * cache.keyDim);
        }
        score_keys(turned, scores + (j - start));
        continue;
      }
      const T* keys[kTileOutputs];
      for (int k = 0; k < kTileOutputs; k++) keys[k] = key(j) + k * cache.keyDim;
      score_keys(keys, scores + (j - start));
    }
  }

  template <class K>
  void score_keys(const K* const* keys, float* column) {
    int64_t i = 0;
    for (; i + kTileRows <= queries; i += kTileRows) score_at<kTileRows>(i, keys, column + i * kSegment);
    for (; i < queries; i++) score_at<1>(i, keys, column + i * kSegment);
  }

  // Scores to weights e^(s − top), in place; lanes by absolute place.
  Mixed weigh(int64_t i) {
    float* s = scores + i * kSegment;
    const int64_t begin = begin_of(i) - start, end = end_of(i) - start;
    if (begin >= end) return {o + i * cache.valueDim, 0, 0};
    if (a.call.attrs.slopes) lean(s, begin, end, a.call.attrs.slopes[head_of(i)], a.place(row_of(i)) - start);
    const int64_t from = begin / kLanes * kLanes, to = (end + kLanes - 1) / kLanes * kLanes;
    for (int64_t j = from; j < begin; j++) s[j] = -__builtin_inff();
    for (int64_t j = end; j < to; j++) s[j] = -__builtin_inff();
    V most = splat(-__builtin_inff());
    for (int64_t j = from; j < to; j += kLanes) most = max(most, load(s + j));
    const float top = largest(most);
    V total = zero();
    for (int64_t j = from; j < to; j += kLanes) {
      const V weight = exp(load(s + j) - splat(top));
      store(s + j, weight);
      total = total + weight;
    }
    return {o + i * cache.valueDim, top, sum(total)};
  }

  template <int R>
  void mix(int64_t i, int64_t begin, int64_t end) {
    const int64_t width = cache.valueDim, places = (int64_t)1 << cache.blockShift;
    for (int64_t j = begin; j < end;) {
      const int64_t border = (j / places + 1) * places, n = (border < end ? border : end) - j;
      const T* v = value(j);
      const float* p = scores + i * kSegment + (j - start);
      float* to = o + i * width;
      int64_t d = 0;
      for (; d + 4 * kLanes <= width; d += 4 * kLanes) mix_columns<R, 4>(p, v + d, n, to + d, width, kLanes);
      for (; d < width; d += kLanes) mix_columns<R, 1>(p, v + d, n, to + d, width, (int)(width - d < kLanes ? width - d : kLanes));
      j += n;
    }
  }

  // Queries from i on mix the keys all of them see together, and their own before and after alone.
  void mix_some(int64_t i) {
    int64_t begin = begin_of(i), end = end_of(i);
    for (int64_t r = 1; r < kValueRows; r++) {
      begin = begin_of(i + r) > begin ? begin_of(i + r) : begin;
      end = end_of(i + r) < end ? end_of(i + r) : end;
    }
    if (begin > end) begin = end = begin_of(i);
    for (int64_t r = 0; r < kValueRows; r++) mix<1>(i + r, begin_of(i + r), begin);
    mix<kValueRows>(i, begin, end);
    for (int64_t r = 0; r < kValueRows; r++) mix<1>(i + r, end > begin_of(i + r) ? end : begin_of(i + r), end_of(i + r));
  }

  // Results of the segment for every query of the tile.
  void run(int64_t segment, Mixed* results) {
    start = segment * kSegment;
    score();
    for (int64_t i = 0; i < queries; i++) results[i] = weigh(i);
    memset(o, 0, sizeof(float) * queries * cache.valueDim);
    int64_t i = 0;
    for (; i + kValueRows <= queries; i += kValueRows) mix_some(i);
    for (; i < queries; i++) mix<1>(i, begin_of(i), end_of(i));
  }

  const Attend& a;
  const CacheView& cache;
  const Tile tile;
  const int64_t head, queries;
  Turns turns;
  int64_t start = 0;
  float *q, *scores, *o, *totals;
};

}  // namespace engine::ENGINE_LEVEL
