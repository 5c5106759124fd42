// Sizes of a step, and each thread's part of the work.
namespace engine::ENGINE_LEVEL {

inline int64_t bind(int32_t dim, const Step& step) {
  return dim >= 0 ? dim : dim == kTokens ? step.tokens : step.rows;
}

// Product of dims[first] … dims[last - 1].
inline int64_t elements(const Shape& shape, const Step& step, int first, int last) {
  int64_t n = 1;
  for (int i = first; i < last; i++) n *= bind(shape.dims[i], step);
  return n;
}
inline int64_t elements(const Shape& shape, const Step& step) { return elements(shape, step, 0, shape.rank); }

struct Range {
  int64_t begin;
  int64_t end;
};

// This thread's part of n items, in whole grains so that small work stays with one thread.
inline Range part(const Share& share, int64_t n, int64_t grain) {
  const int64_t grains = (n + grain - 1) / grain;
  const int64_t begin = grains * share.thread / share.threads * grain;
  const int64_t end = grains * (share.thread + 1) / share.threads * grain;
  return {begin < n ? begin : n, end < n ? end : n};
}

// Which of n items in rows of `row` a thread takes next of those nobody has taken, none at the end: ever fewer, in whole grains,
// so that all end together though one had its core to itself and another had not.
struct Taking {
  int64_t n, row, grain, least;
};
inline Range take(int64_t* taken, const Taking& of, const Share& share) {
  int64_t begin = __atomic_load_n(taken, __ATOMIC_RELAXED), end = of.n;
  do {
    if (begin >= of.n) return {of.n, of.n};
    const int64_t some = (of.n - begin) / (2 * share.threads) / of.grain * of.grain, last = (begin / of.row + 1) * of.row;
    end = begin + (some < of.least ? of.least : some);
    end = end < last ? end : last;
  } while (!__atomic_compare_exchange_n(taken, &begin, end, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  return {begin, end};
}

// This thread's part of an op that goes number by number: of 1024 at least, or as the plan says.
inline Range numbers(const Call& call, const Step& step, const Share& share) {
  return part(share, elements(call.output.shape, step), call.grain ? call.grain : 1024);
}

inline const float* floats(const Operand& x) { return (const float*)x.data; }
inline float* result(const Call& call) { return (float*)call.output.data; }

// The first n lanes, `fill` in the others.
inline V load_or(const float* p, int n, V fill) {
  alignas(64) float lanes[kLanes];
  store(lanes, fill);
  memcpy(lanes, p, sizeof(float) * n);
  return load(lanes);
}

}  // namespace engine::ENGINE_LEVEL
