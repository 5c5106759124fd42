// Rows of x as products walk them: in groups, side by side, run after run. A thread holds some in its own memory, or all
// threads round all of them together.
namespace engine::ENGINE_LEVEL {

// Rows that meet panels as they stand in memory: decoding them once for more rows pays from about 32 on, and for more than a
// group at once where a group takes the codes several times.
constexpr int64_t kStreamedRows = kRowsAtOnce < kTogether ? kTogether : 24;

// How rows are held, and how a group of them meets a tile.
struct F32Rows {
  using Tile = F32Tile;
  static constexpr int64_t kRunBytes = 128;
  static constexpr int kRuns = kTileRuns;
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
  static constexpr int kRuns = kInt8TileRuns;
  static constexpr int64_t kStreamed = kStreamedRows;
  static auto stream(const Layout& t) { return t.streamInt8; }
  static void prepare(const Layout& t, const float* x, Range k, int64_t to, uint8_t* into, int step) { round_row(x, k, to, t.zero, (Eight*)into, step); }
  static uint8_t* row_in(uint8_t* group, int r) { return group + r * sizeof(Eight); }
  static void fill(const Layout& t, const uint8_t* w, int run, Tile& tile) { t.fillInt8(w, run, tile); }
  static void add(const Layout& t, const Tile& tile, int runs, const uint8_t* rows, int size, float* sums) { t.addInt8(tile, runs, rows, size, sums); }
};

// Some rows of the product at some of its inputs, side by side in groups.
struct Held {
  const uint8_t* data;
  int64_t row, rows;   // of the product
  int64_t unit, runs;  // the first unit of a panel, and how many runs of 32 inputs
  int64_t all, first;  // runs of a row in memory, and which is the first one here
  template <class Rows>
  const uint8_t* group(int64_t r, int size) const {
    return data + (r * all + first * size) * Rows::kRunBytes;
  }
};

// Runs first … first + count - 1 of the group from a row on, of all rows that are to come.
template <class Rows>
inline void hold_group(const Layout& t, const QuantizedProduct& p, int64_t row, int64_t end, int64_t first, int64_t count, uint8_t* to) {
  const int size = group_size(end - row);
  for (int r = 0; r < size; r++) {
    // Behind the last row: the same again, whose sums nobody takes.
    const int64_t own = row + r < end ? row + r : end - 1;
    Rows::prepare(t, row_of_x(p, own), {32 * first, p.depth}, 32 * count, Rows::row_in(to, r), size);
  }
}

// Rows and runs in a thread's own memory.
template <class Rows>
inline Held hold(const Layout& t, const QuantizedProduct& p, Range rows, Range runs, uint8_t* to) {
  const int64_t count = runs.end - runs.begin;
  for (int64_t row = rows.begin; row < rows.end; row += group_size(rows.end - row)) {
    hold_group<Rows>(t, p, row, rows.end, runs.begin, count, to + (row - rows.begin) * count * Rows::kRunBytes);
  }
  return {to, rows.begin, rows.end - rows.begin, 32 * runs.begin / t.unit, count, count, 0};
}

// Rows and runs of what all threads rounded together. Blocks of rows are whole groups.
inline Held rounded(const Layout& t, const QuantizedProduct& p, Range rows, Range runs) {
  const int64_t all = runs_of(t, p.depth);
  return {p.rounded + rows.begin * all * sizeof(Eight), rows.begin, rows.end - rows.begin, 32 * runs.begin / t.unit, runs.end - runs.begin, all, runs.begin};
}

// This thread's part of that: of all groups' runs, so that few rows are shared too.
inline void round_part(const Layout& t, const QuantizedProduct& p, uint8_t* to, const Share& share) {
  const int64_t runs = runs_of(t, p.depth), groups = (p.rows + kTogether - 1) / kTogether;
  auto [at, end] = part(share, groups * runs, 1);
  while (at < end) {
    const int64_t row = at / runs * kTogether, first = at % runs, count = end - at < runs - first ? end - at : runs - first;
    const int size = group_size(p.rows - row);
    hold_group<Int8Rows>(t, p, row, p.rows, first, count, to + (row * runs + first * size) * sizeof(Eight));
    at += count;
  }
}

}  // namespace engine::ENGINE_LEVEL
