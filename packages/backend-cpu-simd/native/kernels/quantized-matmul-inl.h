// y = x · wᵀ over panels of 16 outputs. Rows are taken in blocks that a second-level cache holds, inputs too; sums of
// earlier inputs wait in y.
namespace engine::ENGINE_LEVEL {

// How rows are held, and how a group of them meets a tile.
struct F32Rows {
  using Tile = F32Tile;
  static constexpr int64_t kRunBytes = 128;
  // Rows that meet panels as they stand in memory.
  static constexpr int64_t kStreamed = 1;
  static auto stream(const Layout& t) { return t.streamF32; }
  static void prepare(const Layout&, const float* x, Range k, int64_t to, uint8_t* into, int step) { pad_row(x, k, to, (float*)into, step); }
  static uint8_t* row_in(uint8_t* group, int r) { return group + 4 * r; }
  static void fill(const Layout& t, const uint8_t* w, int run, Tile& tile) { t.fillF32(w, run, tile); }
  static void add(const Layout&, const Tile& tile, int runs, const uint8_t* rows, int size, float* sums) {
    for_group(size, [&](auto r) { add_f32<decltype(r)::value>(tile, runs, (const float*)rows, sums); });
  }
};
struct Int8Rows {
  using Tile = Int8Tile;
  static constexpr int64_t kRunBytes = sizeof(Eight);
  static constexpr int64_t kStreamed = kTogether;
  static auto stream(const Layout& t) { return t.streamInt8; }
  static void prepare(const Layout& t, const float* x, Range k, int64_t to, uint8_t* into, int step) { round_row(x, k, to, t.zero, (Eight*)into, step); }
  static uint8_t* row_in(uint8_t* group, int r) { return group + r * sizeof(Eight); }
  static void fill(const Layout& t, const uint8_t* w, int run, Tile& tile) { t.fillInt8(w, run, tile); }
  static void add(const Layout& t, const Tile& tile, int runs, const uint8_t* rows, int size, float* sums) { t.addInt8(tile, runs, rows, size, sums); }
};

// Some rows of the product at some of its inputs, side by side in groups.
struct Held {
  uint8_t* data;
  int64_t row, rows;   // of the product
  int64_t unit, runs;  // the first unit of a panel, and how many runs of 32 inputs
  template <class Rows>
  uint8_t* group(int64_t r) const {
    return data + r * runs * Rows::kRunBytes;
  }
};

template <class Rows>
inline void hold(const Layout& t, const QuantizedProduct& p, const Held& h) {
  const Range k{h.unit * t.unit, p.depth};
  for (int64_t first = 0; first < h.rows;) {
    const int size = group_size(h.rows - first);
    uint8_t* const group = h.group<Rows>(first);
    for (int r = 0; r < size; r++) {
      // Behind the last row: the same again, whose sums nobody takes.
      const int64_t row = first + r < h.rows ? first + r : h.rows - 1;
      Rows::prepare(t, row_of_x(p, h.row + row), k, 32 * h.runs, Rows::row_in(group, r), size);
    }
    first += size;
  }
}

// The lanes of panel i that are outputs of the product, between a row of y and `lanes`.
struct Lanes {
  int64_t first, begin, end;
  Lanes(const QuantizedProduct& p, int64_t i) {
    first = i * kPanel - p.w->begin;
    begin = first < 0 ? -first : 0;
    end = p.outputs - first < kPanel ? p.outputs - first : kPanel;
  }
  void deliver(const float* lanes, float* y) const { memcpy(y + first + begin, lanes + begin, sizeof(float) * (end - begin)); }
  void resume(float* lanes, const float* y) const { memcpy(lanes + begin, y + first + begin, sizeof(float) * (end - begin)); }
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
    for (int64_t at = 0; at < h.runs; at += kTileRuns) {
      const int runs = (int)(h.runs - at < kTileRuns ? h.runs - at : kTileRuns);
      for (int run = 0; run < runs; run += unitRuns, w += t.unitBytes) Rows::fill(t, w, run, tile);
      // The next tile's bytes come bit by bit while rows use this one.
      const int64_t bytes = runs / unitRuns * t.unitBytes;
      int64_t line = 0;
      for (int64_t r = 0, n = 1; r < h.rows; n++) {
        const int size = group_size(h.rows - r);
        for (; line < bytes * n / groups; line += 64) prefetch(w + line);
        Rows::add(t, tile, runs, h.group<Rows>(r) + at * size * Rows::kRunBytes, size, sums[r]);
        r += size;
      }
    }
    for (int64_t r = 0; r < h.rows; r++) lanes.deliver(sums[r], row_of_y(p, h.row + r));
  }
}

// One group of rows, held at their whole depth, against panels as they stand in memory: in streams far apart. One that
// has no panel left takes that of the first.
template <class Rows>
inline void multiply_streams(const Layout& t, const QuantizedProduct& p, const Held& h, Range panels, uint8_t* room) {
  const int size = group_size(h.rows), streams = group_streams(size);
  const int64_t all = units(t, p.depth), bytes = (all * t.unitBytes + 63) / 64 * 64, apart = (panels.end - panels.begin + streams - 1) / streams;
  for (int64_t i = panels.begin; i < panels.begin + apart; i++) {
    const uint8_t* w[kMostStreams];
    int64_t panel[kMostStreams];
    for (int s = 0; s < streams; s++) {
      panel[s] = i + s * apart < panels.end ? i + s * apart : i;
      w[s] = panel_at(t, *p.w, panel[s], {0, all}, room + s * bytes);
    }
    alignas(64) float lanes[kMostStreams * kTogether * kPanel];
    Rows::stream(t)(h.data, size, w, all, lanes);
    for (int s = 0; s < streams; s++) {
      const Lanes own(p, panel[s]);
      for (int64_t r = 0; r < h.rows; r++) own.deliver(lanes + (s * size + r) * kPanel, row_of_y(p, h.row + r));
    }
  }
}

template <class Rows>
void multiply_quantized(const Layout& t, const QuantizedProduct& p, const Share& share) {
  if (p.rows == 0 || p.outputs == 0) return;
  const Range all{p.w->begin / kPanel, (p.w->begin + p.outputs + kPanel - 1) / kPanel};
  const int64_t unitRuns = t.unit / 32, runs = units(t, p.depth) * unitRuns;
  uint8_t* const room = share.scratch + held_bytes(p.depth);
  // Too few panels to share: the rows are.
  const bool byRows = all.end - all.begin < share.threads && p.rows > 1;
  const Range mine = byRows ? Range{0, all.end - all.begin} : part(share, all.end - all.begin, 1);
  const Range rows = byRows ? part(share, p.rows, kTogether) : Range{0, p.rows};
  const Range panels{all.begin + mine.begin, all.begin + mine.end};
  if (panels.begin == panels.end || rows.begin == rows.end) return;
  if (p.rows <= Rows::kStreamed) {
    const Held held{share.scratch, rows.begin, rows.end - rows.begin, 0, runs};
    hold<Rows>(t, p, held);
    return multiply_streams<Rows>(t, p, held, panels, room);
  }
  // Blocks of about the same size, in whole groups.
  const int64_t blocks = (rows.end - rows.begin + kQuantizedRows - 1) / kQuantizedRows;
  const int64_t step = ((rows.end - rows.begin + blocks - 1) / blocks + kTogether - 1) / kTogether * kTogether;
  const int64_t deep = kHeldRow / Rows::kRunBytes;
  for (int64_t row = rows.begin; row < rows.end; row += step) {
    for (int64_t at = 0; at < runs; at += deep) {
      const Held held{share.scratch, row, rows.end - row < step ? rows.end - row : step, at / unitRuns, runs - at < deep ? runs - at : deep};
      hold<Rows>(t, p, held);
      multiply_tiles<Rows>(t, p, held, panels, room);
    }
  }
}

}  // namespace engine::ENGINE_LEVEL
