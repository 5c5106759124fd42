// softmax(scale · q · kᵀ) · v for each row over its own sequence's keys, first ≤ place < end. The context is cut
// at multiples of kSegment places: each segment gives its largest score, Σ e^(s − largest) and Σ e^(s − largest)·v;
// segments are joined in order. So a row's bits depend on its own keys only, whoever computes which segment.
namespace engine::ENGINE_LEVEL {

template <class T>
inline void attend(const Call& call, const Step& step, const Share& share) {
  const Attend a(call, step);
  const bool split = a.split(share);
  const int64_t width = a.cache.valueDim;
  constexpr int kMost = 1024;  // query heads of one key head, checked when the plan is made
  Mixed results[kMost], totals[kMost];
  // Threads take items as they come, where each is of a head for all of the context; else in turns.
  int64_t* const taken = split || share.threads == 1 ? nullptr : call.taken;
  const auto take = [&](int64_t last) { return taken ? __atomic_fetch_add(taken, 1, __ATOMIC_RELAXED) : last + share.threads; };
  int64_t item = 0, mine = take(share.thread - share.threads);
  for (Tile tile = a.first_tile(); tile.rows; tile = a.next_tile(tile)) {
    const int64_t from = a.first(tile.row) / kSegment, to = (a.end(tile.row + tile.rows - 1) - 1) / kSegment;
    const int64_t pieces = split ? 1 : a.pieces(share), queries = tile.rows * a.group;
    for (int64_t at = 0; at < a.cache.heads * pieces; at++) {
      if (!split && item++ != mine) continue;
      const int64_t head = at / pieces, piece = at % pieces;
      Segment<T> s(a, share, tile, head, {queries * piece / pieces, queries * (piece + 1) / pieces});
      for (int64_t i = 0; i < s.queries; i++) totals[i] = {s.totals + i * width, 0, 0};
      for (int64_t segment = from; segment <= to; segment++) {
        if (split && item++ % share.threads != share.thread) continue;
        s.run(segment, results);
        for (int64_t i = 0; i < s.queries; i++) {
          const int64_t own = segment - a.first(s.row_of(i)) / kSegment;
          if (!split) {
            join(totals[i], results[i], width);
          } else if (results[i].sum != 0) {
            float* partial = a.partial(s.row_of(i), s.head_of(i), own);
            partial[0] = results[i].top;
            partial[1] = results[i].sum;
            memcpy(partial + 2, results[i].o, sizeof(float) * width);
          }
        }
      }
      for (int64_t i = 0; i < s.queries && !split; i++) {
        divided(totals[i], width, result(call) + (s.row_of(i) * a.heads + s.head_of(i)) * width);
      }
      mine = take(mine);
    }
  }
}

void attention(const Call& call, const Step& step, const Share& share) {
  const Type type = step.caches[call.attrs.cache].type;
  if (type == Type::f32) attend<float>(call, step, share);
  if (type == Type::f16) attend<F16>(call, step, share);
  if (type == Type::bf16) attend<Bf16>(call, step, share);
  if (type == Type::int8) attend<Int8>(call, step, share);
}

bool attention_splits(const Call& call, const Step& step, const Share& share) { return Attend(call, step).split(share); }

void attention_join(const Call& call, const Step& step, const Share& share) {
  const Attend a(call, step);
  if (!a.split(share)) return;
  const int64_t width = a.cache.valueDim;
  auto [i, end] = part(share, a.all_rows * a.heads, 1);
  for (; i < end; i++) {
    const int64_t row = i / a.heads;
    const int64_t segments = (a.end(row) - 1) / kSegment - a.first(row) / kSegment + 1;
    Mixed total{(float*)share.scratch, 0, 0};
    for (int64_t s = 0; s < segments; s++) {
      float* partial = a.partial(row, i % a.heads, s);
      join(total, {partial + 2, partial[0], partial[1]}, width);
    }
    divided(total, width, result(call) + i * width);
  }
}

}  // namespace engine::ENGINE_LEVEL
