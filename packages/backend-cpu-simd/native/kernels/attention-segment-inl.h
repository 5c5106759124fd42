// One segment of the context for one tile of queries: scores, weights, and the mix of values. See attention-inl.h.
namespace engine::ENGINE_LEVEL {

// o[r] += Σ_j p[r][j] · v[j] for R queries, C vectors of columns, the last of `lanes` lanes. Ahead: what is read next.
template <int R, int C, class T>
inline void mix_columns(const float* p, const T* v, const T* ahead, int64_t n, float* o, int64_t width, int lanes) {
  V acc[R][C];
  for (int r = 0; r < R; r++) {
    for (int c = 0; c < C; c++) acc[r][c] = load(o + r * width + c * kLanes, lanes);
  }
  for (int64_t j = 0; j < n; j++) {
    V row[C];
    if (ahead) {
      for (size_t line = 0; line < C * kLanes * sizeof(T); line += 64) prefetch((const char*)(ahead + j * width) + line);
    }
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
  // For some queries of a tile's rows and of the heads that share a key head.
  Segment(const Attend& a, const Share& share, const Tile& tile, int64_t head, Range own)
      : a(a), cache(a.cache), tile(tile), head(head), from(own.begin), queries(own.end - own.begin), turns(a.speeds(tile.row), a.speeds(tile.row) ? a.cache.keyDim / 2 : 0, share.scratch) {
    const int64_t room = a.group > kQueries ? a.group : kQueries;
    staged = (float*)(share.scratch + (turns.speeds ? turns_scratch(cache.keyDim) : 0));
    q = staged + kStaged * (cache.keyDim > cache.valueDim ? cache.keyDim : cache.valueDim);
    scores = q + room * (cache.keyDim + 16);
    o = scores + room * kSegment;
    totals = o + room * (cache.valueDim + 16);
    seen = (Seen*)(totals + room * (cache.valueDim + 16));
    for (int64_t i = 0; i < queries; i++) {
      memcpy(q + i * cache.keyDim, query(i), sizeof(float) * cache.keyDim);
      if (turns.speeds) turns.turn_exactly(q + i * cache.keyDim, a.place(row_of(i)));
      seen[i] = {(int32_t)a.first(row_of(i)), (int32_t)a.end(row_of(i))};
    }
  }
  int64_t row_of(int64_t i) const { return tile.row + (from + i) / a.group; }
  int64_t head_of(int64_t i) const { return head * a.group + (from + i) % a.group; }
  const float* query(int64_t i) const { return floats(a.call.inputs[0]) + (row_of(i) * a.heads + head_of(i)) * cache.keyDim; }
  int64_t begin_of(int64_t i) const { return seen[i].first > start ? seen[i].first : start; }
  int64_t end_of(int64_t i) const { return seen[i].end < start + kSegment ? seen[i].end : start + kSegment; }
  // The keys of the run that begins at `place`: [keyDim][kRun].
  const T* run_of(int64_t place) const { return (const T*)block_of(cache, tile.sequence, place) + at(place) * cache.keyDim; }
  const T* value(int64_t place) const {
    return (const T*)(block_of(cache, tile.sequence, place) + cache.valueBytes) + at(place) * cache.valueDim;
  }
  // Of an int8 cache: the scale of the key (0) or value (1) at a place; the next places of its block follow.
  const float* scales(int value, int64_t place) const {
    return scale_of(cache, block_of(cache, tile.sequence, place), value, at(place));
  }
  int64_t at(int64_t place) const {
    const int64_t places = (int64_t)1 << cache.blockShift;
    return head * places + (place & (places - 1));
  }

  // Scores of R queries and G runs. A lane is a place, and adds up the numbers of its key in their order.
  template <int R, int G, bool Ahead, class K>
  void score_at(int64_t i, const K* const* runs, const K* ahead, float* to, const float* const* scale) {
    constexpr int C = kRun / kLanes, kBytes = G * kRun * sizeof(K);
    V acc[R][G * C];
    clear(acc);
    const float* own = q + i * cache.keyDim;
    for (int64_t d = 0; d < cache.keyDim; d++) {
      V row[G * C];
      // The runs of a block follow one another.
      for (int line = 0; Ahead && line < kBytes; line += 64) prefetch((const char*)ahead + d * kBytes + line);
#pragma GCC unroll 2
      for (int g = 0; g < G; g++) {
#pragma GCC unroll 4
        for (int c = 0; c < C; c++) row[g * C + c] = load(runs[g] + d * kRun + c * kLanes);
      }
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) {
        const V number = splat(own[r * cache.keyDim + d]);
#pragma GCC unroll 8
        for (int c = 0; c < G * C; c++) acc[r][c] = fma(number, row[c], acc[r][c]);
      }
    }
    for (int c = 0; c < G * C; c++) {
      V factor = splat(a.call.attrs.scale);
      if (kScaled<T>) factor = factor * load(scale[c / C] + c % C * kLanes);
      for (int r = 0; r < R; r++) store(to + r * kSegment + c * kLanes, acc[r][c] * factor);
    }
  }

  template <int R, int G, bool Ahead, class K>
  void score_from(int64_t i, const K* const* runs, const K* ahead, float* to, const float* const* scale) {
    for (; i + R <= queries; i += R) score_at<R, G, Ahead>(i, runs, ahead, to + i * kSegment, scale);
    if constexpr (R > 1) score_from<R / 2, G, Ahead>(i, runs, ahead, to, scale);
  }

  // Scores of the runs at j; those up to `to` are read ahead of their use.
  template <int G>
  void score_runs(int64_t j, int64_t to) {
    const T* runs[G];
    const float *scale[G] = {}, *floats[G];
    for (int g = 0; g < G; g++) {
      const int64_t place = j + g * kRun;
      runs[g] = run_of(place);
      if (kScaled<T>) scale[g] = scales(0, place);
      floats[g] = staged + g * kRun * cache.keyDim;
    }
    float* column = scores + (j - start);
    if (!turns.speeds && !many()) {
      const T* ahead = j + G * kRun < to ? run_of(j + G * kRun) : runs[0];
      return score_from<kScoreRows, G, true>(0, runs, ahead, column, scale);
    }
    for (int g = 0; g < G; g++) {
      if (turns.speeds) {
        turns.seek(j + g * kRun);
        turns.turn(runs[g], staged + g * kRun * cache.keyDim);
      } else {
        decode_row(runs[g], kRun * cache.keyDim, staged + g * kRun * cache.keyDim);
      }
    }
    score_from<kScoreRows, G, false>(0, floats, floats[0], column, scale);
  }

  // Whether keys and values are decoded once for all queries.
  bool many() const { return sizeof(T) < sizeof(float) && queries > kScoreRows; }

  // Scores of all keys any row sees.
  void score() {
    const int64_t from = begin_of(0), to = end_of(queries - 1);
    if (turns.speeds) turns.begin(start);
    int64_t j = from / kRun * kRun;
    for (; j + (kScoreRuns - 1) * kRun < to; j += kScoreRuns * kRun) score_runs<kScoreRuns>(j, to);
    if (kScoreRuns > 1 && j < to) score_runs<1>(j, to);
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
      const V weight = exp_below(load(s + j) - splat(top));
      store(s + j, kScaled<T> ? weight * load(scales(1, start + j)) : weight);
      total = total + weight;
    }
    return {o + i * cache.valueDim, top, sum(total)};
  }

  // Adds the values of the places [begin, end) of a chunk that lies from `chunk` on, `v` its values.
  template <int R, class K>
  void mix(int64_t i, int64_t begin, int64_t end, int64_t chunk, const K* v, const K* ahead) {
    if (begin >= end) return;
    const int64_t width = cache.valueDim, n = end - begin;
    const float* p = scores + i * kSegment + (begin - start);
    float* to = o + i * width;
    v += (begin - chunk) * width;
    int64_t d = 0;
    for (; d + 4 * kLanes <= width; d += 4 * kLanes) mix_columns<R, 4>(p, v + d, ahead ? ahead + d : ahead, n, to + d, width, kLanes);
    for (; d < width; d += kLanes) mix_columns<R, 1>(p, v + d, ahead ? ahead + d : ahead, n, to + d, width, (int)(width - d < kLanes ? width - d : kLanes));
  }

  // R queries from i on mix the places of a chunk that all of them see together, and their own before and after alone.
  template <int R, class K>
  void mix_some(int64_t i, int64_t from, int64_t to, const K* v, const K* ahead) {
    const auto begin_in = [&](int64_t r) { return begin_of(i + r) > from ? begin_of(i + r) : from; };
    const auto end_in = [&](int64_t r) { return end_of(i + r) < to ? end_of(i + r) : to; };
    int64_t begin = begin_in(0), end = end_in(0);
    for (int64_t r = 1; r < R; r++) {
      begin = begin_in(r) > begin ? begin_in(r) : begin;
      end = end_in(r) < end ? end_in(r) : end;
    }
    if (begin > end) begin = end = begin_in(0);
    for (int64_t r = 0; r < R; r++) mix<1>(i + r, begin_in(r), begin < end_in(r) ? begin : end_in(r), from, v, ahead);
    mix<R>(i, begin, end, from, v, ahead);
    for (int64_t r = 0; r < R; r++) mix<1>(i + r, end > begin_in(r) ? end : begin_in(r), end_in(r), from, v, ahead);
  }

  template <class K>
  void mix_chunk(int64_t from, int64_t to, const K* v, const K* ahead) {
    int64_t i = 0;
    for (; i + kValueRows <= queries; i += kValueRows, ahead = nullptr) mix_some<kValueRows>(i, from, to, v, ahead);
    for (; i < queries; i++, ahead = nullptr) mix_some<1>(i, from, to, v, ahead);
  }

  // Results of the segment for every query of the tile.
  void run(int64_t segment, Mixed* results) {
    start = segment * kSegment;
    score();
    for (int64_t i = 0; i < queries; i++) results[i] = weigh(i);
    memset(o, 0, sizeof(float) * queries * cache.valueDim);
    const int64_t places = (int64_t)1 << cache.blockShift, step = places < kStaged ? places : kStaged;
    const int64_t last = end_of(queries - 1);
    for (int64_t from = begin_of(0) / step * step; from < last; from += step) {
      const int64_t to = from + step < last ? from + step : last;
      const T* v = value(from);
      if (many()) {
        decode_row(v, (to - from) * cache.valueDim, staged);
        mix_chunk(from, to, (const float*)staged, (const float*)nullptr);
      } else {
        mix_chunk(from, to, v, to < last ? value(to) : v);
      }
    }
  }

  const Attend& a;
  const CacheView& cache;
  const Tile tile;
  const int64_t head, from, queries;
  Turns turns;
  int64_t start = 0;
  float *staged, *q, *scores, *o, *totals;
  // The places a query sees: first ≤ place < end.
  struct Seen {
    int32_t first, end;
  } *seen;
};

}  // namespace engine::ENGINE_LEVEL
