// y = x · wᵀ over panels of 16 outputs. Rows are taken in blocks that a second-level cache holds, inputs too; sums of
// earlier inputs wait in y.
namespace engine::ENGINE_LEVEL {

// Panels that a group passes before the next one does, and bytes of them that a second-level cache keeps meanwhile.
constexpr int64_t kMostPieces = 16, kPassedBytes = 262144;
// Panels that a thread takes at least.
constexpr int64_t kLeastTaken = 4;

// The lanes of panel i that are outputs of the product, between a row of y and `lanes`.
struct Lanes {
  int64_t first, begin, end;
  Lanes(const QuantizedProduct& p, int64_t i) {
    first = i * kPanel - p.w->begin;
    begin = first < 0 ? -first : 0;
    end = p.outputs - first < kPanel ? p.outputs - first : kPanel;
  }
  // Nearly all panels are whole: a copy of a known size is two moves.
  void deliver(const float* lanes, float* y) const {
    if (end - begin == kPanel) memcpy(y + first, lanes, sizeof(float) * kPanel);
    else memcpy(y + first + begin, lanes + begin, sizeof(float) * (end - begin));
  }
  void resume(float* lanes, const float* y) const {
    if (end - begin == kPanel) memcpy(lanes, y + first, sizeof(float) * kPanel);
    else memcpy(lanes + begin, y + first + begin, sizeof(float) * (end - begin));
  }
};

// Held rows against some panels, which are decoded into tiles.
template <class Rows>
inline void multiply_tiles(const Layout& t, const QuantizedProduct& p, const Held& h, Range panels, uint8_t* room) {
  typename Rows::Tile tile;
  alignas(64) float sums[kQuantizedRows][kPanel];
  const int unitRuns = t.unit / 32;
  const int64_t groups = (h.rows + kTogether - 1) / kTogether;
  for (int64_t i = panels.begin; i < panels.end; i++) {
    const Lanes lanes(p, i);
    const uint8_t* w = panel_at(t, *p.w, i, {h.unit, h.unit + h.runs / unitRuns}, room);
    memset(sums, 0, sizeof sums);
    for (int64_t r = 0; h.unit > 0 && r < h.rows; r++) lanes.resume(sums[r], row_of_y(p, h.row + r));
    for (int64_t at = 0; at < h.runs; at += Rows::kRuns) {
      const int runs = (int)(h.runs - at < Rows::kRuns ? h.runs - at : Rows::kRuns);
      for (int run = 0; run < runs; run += unitRuns, w += t.unitBytes) Rows::fill(t, w, run, tile);
      // The next tile's bytes come bit by bit while rows use this one, and first the lines of y that sums will go to.
      const int64_t bytes = runs / unitRuns * t.unitBytes;
      int64_t line = 0;
      for (int64_t r = 0, n = 1; r < h.rows; n++) {
        const int size = group_size(h.rows - r);
        for (; line < bytes * n / groups; line += 64) prefetch(w + line);
        for (int64_t row = r; at == 0 && row < r + size && row < h.rows; row++) prefetch(row_of_y(p, h.row + row) + lanes.first + lanes.begin);
        Rows::add(t, tile, runs, h.group<Rows>(r, size) + at * size * Rows::kRunBytes, size, sums[r]);
        r += size;
      }
    }
    for (int64_t r = 0; r < h.rows; r++) lanes.deliver(sums[r], row_of_y(p, h.row + r));
  }
}

// How many panels groups pass at a time: whole pairs of streams.
inline int64_t passed_panels(int64_t bytes) {
  const int64_t fit = kPassedBytes / bytes / kMostStreams * kMostStreams;
  return fit < kMostStreams ? kMostStreams : fit < kMostPieces ? fit : kMostPieces;
}

// Held rows, group after group, against panels as they stand in memory, a few at a time, which the second-level cache keeps
// for the next group. A group of few rows passes them in two streams.
template <class Rows>
inline void multiply_streams(const Layout& t, const QuantizedProduct& p, const Held& h, Range panels, uint8_t* room) {
  const Range wanted{h.unit, h.unit + h.runs * 32 / t.unit};
  const int64_t count = wanted.end - wanted.begin, bytes = (count * t.unitBytes + 63) / 64 * 64;
  const bool made = !p.w->panels;
  const int64_t apart = made ? bytes : units(t, p.depth) * t.unitBytes, most = made ? kMostStreams : passed_panels(bytes);
  alignas(64) float lanes[(kMostPieces + 1) * kTogether * kPanel];
  for (int64_t first = panels.begin, end; first < panels.end; first = end) {
    end = panels.end - first < most ? panels.end : first + most;
    for (int64_t i = first; made && i < end; i++) panel_at(t, *p.w, i, wanted, room + (i - first) * bytes);
    const auto at = [&](int64_t i) { return made ? room + (i - first) * bytes : panel_at(t, *p.w, i, wanted, room); };
    for (int64_t row = 0; row < h.rows;) {
      const int size = group_size(h.rows - row), streams = group_streams(size);
      const int64_t valid = h.rows - row < size ? h.rows - row : size, each = (end - first) / streams;
      for (int64_t i = first; i < end; i++) {
        float* const to = lanes + (i - first) * size * kPanel;
        memset(to, 0, sizeof(float) * size * kPanel);
        for (int64_t r = 0; h.unit > 0 && r < valid; r++) Lanes(p, i).resume(to + r * kPanel, row_of_y(p, h.row + row + r));
      }
      // Behind these the next group comes, or the next panels.
      const int64_t then = row + size < h.rows || end == panels.end ? first : end;
      Pieces from{{}, {}, apart, each, count};
      for (int s = 0; s < streams; s++) {
        from.w[s] = at(first + s * each);
        from.next[s] = at(then + s * each);
      }
      if (each > 0) Rows::stream(t)(h.group<Rows>(row, size), size, from, lanes);
      // What two streams leave over, twice.
      if (each * streams < end - first) {
        from.count = 1;
        for (int s = 0; s < streams; s++) from.w[s] = at(end - 1);
        Rows::stream(t)(h.group<Rows>(row, size), size, from, lanes + each * streams * size * kPanel);
      }
      for (int64_t i = first; i < end; i++) {
        for (int64_t r = 0; r < valid; r++) Lanes(p, i).deliver(lanes + ((i - first) * size + r) * kPanel, row_of_y(p, h.row + row + r));
      }
      row += size;
    }
  }
}

template <class Rows>
void multiply_quantized(const Layout& t, const QuantizedProduct& p, const Share& share) {
  if (p.rows == 0 || p.outputs == 0) return;
  const Range all{p.w->begin / kPanel, (p.w->begin + p.outputs + kPanel - 1) / kPanel};
  const int64_t unitRuns = t.unit / 32, runs = runs_of(t, p.depth), count = all.end - all.begin;
  uint8_t* const room = share.scratch + held_bytes(p.depth);
  // Too few panels to share: the rows are.
  const bool byRows = count < share.threads && p.rows > 1;
  const Range mine = byRows ? Range{0, count} : part(share, count, 1);
  const Range rows = byRows ? part(share, p.rows, kTogether) : Range{0, p.rows};
  const Range panels{all.begin + mine.begin, all.begin + mine.end};
  if (rows.begin == rows.end || (panels.begin == panels.end && !p.taken)) return;
  const bool streamed = p.rows <= Rows::kStreamed;
  // Blocks of about the same size, in whole groups, and of their inputs, in whole units.
  const int64_t blocks = (rows.end - rows.begin + kQuantizedRows - 1) / kQuantizedRows;
  const int64_t step = ((rows.end - rows.begin + blocks - 1) / blocks + kTogether - 1) / kTogether * kTogether;
  const int64_t most = (streamed ? held_bytes(p.depth) / step : kHeldRow) / Rows::kRunBytes / unitRuns * unitRuns, cuts = (runs + most - 1) / most;
  const int64_t deep = ((runs + cuts - 1) / cuts + unitRuns - 1) / unitRuns * unitRuns;
  const auto multiply = [&](const Held& held, Range some) {
    if (streamed) multiply_streams<Rows>(t, p, held, some, room);
    else multiply_tiles<Rows>(t, p, held, some, room);
  };
  const auto block_at = [&](int64_t row) { return Range{row, rows.end - row < step ? rows.end : row + step}; };
  const auto inputs_at = [&](int64_t at) { return Range{at, runs - at < deep ? runs : at + deep}; };
  const bool taken = p.taken && !byRows && share.threads > 1;
  if (taken && p.rounded) {
    const Taking of{(p.rows + step - 1) / step * count, count, kMostStreams, kLeastTaken};
    for (Range some = take(p.taken, of, share); some.begin < of.n; some = take(p.taken, of, share)) {
      const int64_t first = all.begin + some.begin % count;
      for (int64_t at = 0; at < runs; at += deep) {
        multiply(rounded(t, p, block_at(some.begin / count * step), inputs_at(at)), {first, first + some.end - some.begin});
      }
    }
    return;
  }
  // Sums that wait in y are for who began them.
  const bool whole = deep >= runs && step >= p.rows;
  for (int64_t row = rows.begin; row < rows.end; row += step) {
    for (int64_t at = 0; at < runs; at += deep) {
      const Held held = p.rounded ? rounded(t, p, block_at(row), inputs_at(at)) : hold<Rows>(t, p, block_at(row), inputs_at(at), share.scratch);
      if (taken && whole) {
        const Taking of{count, count, kMostStreams, kLeastTaken};
        for (Range some = take(p.taken, of, share); some.begin < count; some = take(p.taken, of, share)) multiply(held, {all.begin + some.begin, all.begin + some.end});
      } else if (panels.begin < panels.end) multiply(held, panels);
    }
  }
}

}  // namespace engine::ENGINE_LEVEL
