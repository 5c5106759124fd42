// Which rows are worked on together, and how results of segments are joined. See attention-inl.h.
namespace engine::ENGINE_LEVEL {

// Rows of one sequence whose queries are worked on together, for the query heads of one key head.
struct Tile {
  int64_t row, rows;
  int32_t sequence;
};

struct Attend {
  Attend(const Call& call, const Step& step) : call(call), step(step), cache(step.caches[call.attrs.cache]) {
    const Shape& shape = call.inputs[0].shape;
    all_rows = bind(shape.dims[0], step);
    heads = shape.dims[1];
    group = heads / cache.heads;
    tile_rows = group < kQueries ? kQueries / group : 1;
    for (Tile tile = first_tile(); tile.rows; tile = next_tile(tile)) tiles++;
  }
  int64_t token(int64_t row) const { return call.inputs[0].shape.dims[0] == kRows ? step.wanted[row] : row; }
  int64_t place(int64_t row) const { return step.place[token(row)]; }
  int64_t end(int64_t row) const { return (call.attrs.blocks ? step.blockEnd : step.place)[token(row)] + 1; }
  int64_t first(int64_t row) const {
    const int64_t from = call.attrs.window ? place(row) + 1 - call.attrs.window : 0;
    return from > 0 ? from : 0;
  }
  // What the row's keys turn by; nullptr where they were turned before.
  const float* speeds(int64_t row) const {
    return call.count > 2 ? floats(call.inputs[2]) + row * (cache.keyDim / 2) : nullptr;
  }
  bool turns_alike(int64_t row, int64_t other) const {
    return call.count < 3 || memcmp(speeds(row), speeds(other), sizeof(float) * (cache.keyDim / 2)) == 0;
  }
  Tile tile_at(int64_t row) const {
    if (row >= all_rows) return {row, 0, 0};
    const int32_t sequence = step.sequence[token(row)];
    int64_t n = 1;
    while (n < tile_rows && row + n < all_rows && step.sequence[token(row + n)] == sequence && turns_alike(row, row + n)) n++;
    return {row, n, sequence};
  }
  Tile first_tile() const { return tile_at(0); }
  Tile next_tile(const Tile& tile) const { return tile_at(tile.row + tile.rows); }
  // Few rows: threads share the context as well, and leave their segments in `partials`.
  bool split(const Share& share) const {
    if (all_rows > call.partialRows || tiles * cache.heads >= 4 * share.threads || share.threads == 1) return false;
    for (int64_t row = 0; row < all_rows; row++) {
      if ((end(row) - 1) / kSegment > first(row) / kSegment) return true;
    }
    return false;
  }
  // Where key heads are few and do not come out even, threads share the queries of each.
  int64_t pieces(const Share& share) const {
    const int64_t items = tiles * cache.heads;
    return items < 4 * share.threads && items % share.threads ? group : 1;
  }
  int64_t partial_size() const { return cache.valueDim + 2; }
  float* partial(int64_t row, int64_t head, int64_t segment) const {
    return call.partials + ((row * heads + head) * call.partialSegments + segment) * partial_size();
  }

  const Call& call;
  const Step& step;
  const CacheView& cache;
  int64_t all_rows, heads, group, tile_rows, tiles = 0;
};

inline float exp_of(float x) {
  alignas(64) float lanes[kLanes];
  store(lanes, exp(splat(x)));
  return lanes[0];
}

// A segment's or a row's result so far: o is not yet divided by `sum`; sum 0: nothing yet.
struct Mixed {
  float* o;
  float top, sum;
};

inline void join(Mixed& all, const Mixed& one, int64_t n) {
  if (one.sum == 0) return;
  if (all.sum == 0) {
    memcpy(all.o, one.o, sizeof(float) * n);
    all.top = one.top;
    all.sum = one.sum;
    return;
  }
  const float top = all.top > one.top ? all.top : one.top;
  const float a = exp_of(all.top - top), b = exp_of(one.top - top);
  for (int64_t i = 0; i < n; i += kLanes) {
    const int lanes = (int)(n - i < kLanes ? n - i : kLanes);
    store(all.o + i, fma(load(one.o + i, lanes), splat(b), load(all.o + i, lanes) * splat(a)), lanes);
  }
  all.top = top;
  all.sum = all.sum * a + one.sum * b;
}

inline void divided(const Mixed& all, int64_t n, float* out) {
  for (int64_t i = 0; i < n; i += kLanes) {
    const int lanes = (int)(n - i < kLanes ? n - i : kLanes);
    store(out + i, load(all.o + i, lanes) / splat(all.sum), lanes);
  }
}

}  // namespace engine::ENGINE_LEVEL
