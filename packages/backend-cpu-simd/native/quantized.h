// Weights stored in blocks of integers and scales, as kernels see them. Plain data: included by files compiled
// for different instruction sets.
#pragma once
#include "tensor.h"

namespace engine {

// Outputs that a panel holds side by side: the layout kernels multiply, made once when a weight is copied.
constexpr int kPanel = 16;
constexpr int kMostParts = 2;

// Rows as a file stores them, in one part or two.
struct StoredRows {
  const uint8_t* part[kMostParts];
  int64_t rowBytes[kMostParts];
  int64_t rows, depth;
  int32_t group;  // inputs that share a scale, where the type leaves that open
};

struct Encoding;
struct Layout;

struct QuantizedWeight {
  const Encoding* encoding;
  StoredRows rows;
  const uint8_t* panels;  // nullptr: only the rows as stored are there, and panels are made on the way
  int64_t begin;          // the operand's first row
};

// y[i] = x[i] · wᵀ for `rows` rows. With an order, the i-th is result order[i], whose x is row order[i] / shared.
struct QuantizedProduct {
  const QuantizedWeight* w;
  const float* x;
  float* y;
  const int32_t* order;
  int64_t shared, rows, depth, outputs;
  int64_t* taken;  // panels that threads took so far; nullptr: each has its part
  const uint8_t* rounded;  // all of x as round_rows left it; nullptr: every thread rounds what it needs
};

// One storage type at one instruction set level.
struct Encoding {
  const char* name;
  int32_t parts;
  // Bytes of a stored row of a part, or -1 when no row of this depth can be stored.
  int64_t (*rowBytes)(int32_t part, int64_t depth, int32_t group);
  int64_t (*panelBytes)(int64_t depth);
  // kPanel rows from `row` on; what is behind the last row becomes 0.
  void (*pack)(const StoredRows&, int64_t row, uint8_t* panel);
  // A row as f32. `scratch` has room for a unit of the panel's layout.
  void (*decode)(const QuantizedWeight&, int64_t row, float* to, uint8_t* scratch);
  // This thread's outputs. Activations meet the weight as f32, or rounded to int8.
  void (*multiply)(const QuantizedProduct&, const Share&);
  void (*multiplyInt8)(const QuantizedProduct&, const Share&);
  // What levels with other ways to multiply build upon.
  const Layout* layout;
};

// Runs of 32 inputs that are decoded at once; a whole number of units of every type. As integers, which are smaller, the
// double: sums of rows go to memory and back once a tile.
constexpr int kTileRuns = 8, kInt8TileRuns = 2 * kTileRuns;

// Weights of a panel as f32.
struct alignas(64) F32Tile {
  float values[kTileRuns * 32][kPanel];
};
// As integers, with what they are scaled by for every 32 or 16 inputs, and what is added.
struct alignas(64) Int8Tile {
  uint8_t codes[kInt8TileRuns][8][64];
  float scales[kInt8TileRuns][2][kPanel], leasts[kInt8TileRuns][2][kPanel];
};

// 32 inputs of a row: x ≈ scale · codes.
struct alignas(64) Eight {
  int8_t codes[32];
  float scale;
  float total, totals[2];  // scale · Σ codes: of all, and of each 16
  int32_t start, starts[2];  // where sums of products with offset codes start: - zero · Σ codes
  int32_t unused;
};
static_assert(sizeof(Eight) == 64);

// Panels that few rows meet at a time.
constexpr int kMostStreams = 2;
constexpr int group_streams(int rows) { return rows <= 2 ? 2 : 1; }

// Units of some panels, which lie `apart` from one another in each stream, and what is wanted after them.
struct Pieces {
  const uint8_t *w[kMostStreams], *next[kMostStreams];
  int64_t apart, count, units;
};

// What products know of a storage type.
struct Layout {
  int32_t unit, unitBytes;  // inputs and bytes of a unit
  int32_t zero;             // what codes are offset by when a level's vectors multiply them
  int32_t codeZero, sub;    // what stored codes are offset by, and inputs that share a scale: 32 or 16
  bool least;               // something is added
  void (*pack)(const StoredRows&, int64_t row, int count, int64_t unit, uint8_t* to);
  void (*fillF32)(const uint8_t* w, int run, F32Tile& tile);
  void (*fillInt8)(const uint8_t* w, int run, Int8Tile& tile);
  // A group of rows against a tile, and against panels as they stand; f32: one row.
  void (*addInt8)(const Int8Tile& tile, int runs, const uint8_t* rows, int size, float* sums);
  void (*streamInt8)(const uint8_t* rows, int size, const Pieces& from, float* lanes);
  void (*streamF32)(const uint8_t* rows, int size, const Pieces& from, float* lanes);
};

// Rounding: x of a product to `rounded` of the call, each thread a part, for all products that have this x and agree in
// rounded_alike().
struct QuantizedKernels {
  const Encoding* encodings;
  int32_t count;
  Kernel matmul, gather, expertMatmul, round;
  // `rounds` of products of codes of 4 bits, or of 8, with bytes, and how many operations that were: what prompts are measured
  // against. The sum is there so that nothing is left out.
  int32_t (*products)(int bits, int64_t rounds, int64_t* operations);
};

// Products of the same panels where a level has tiles; weights are laid out and gathered as QuantizedKernels do it.
struct TiledKernels {
  Kernel matmul, expertMatmul, round;
  int32_t (*products)(int bits, int64_t rounds, int64_t* operations);
};

// Runs of 32 inputs of a padded row.
inline int64_t runs_of(const Layout& t, int64_t depth) { return (depth + t.unit - 1) / t.unit * (t.unit / 32); }
// Whether rows rounded for one type serve another one.
inline bool rounded_alike(const Layout& a, const Layout& b, int64_t depth) { return a.zero == b.zero && runs_of(a, depth) == runs_of(b, depth); }

// Inputs of a panel are padded to a multiple of this at most.
constexpr int64_t kMostUnit = 256;

// Rows of x that are held at once, and bytes of each: together what most second-level caches have room for. Few rows are
// held at their whole depth, two bytes an input.
constexpr int64_t kQuantizedRows = 96, kHeldRow = 4096;
constexpr int64_t kFewRows = 8;
constexpr int64_t padded(int64_t depth) { return (depth + kMostUnit - 1) / kMostUnit * kMostUnit; }
constexpr int64_t held_bytes(int64_t depth) {
  const int64_t few = kFewRows * 2 * padded(depth), block = kQuantizedRows * kHeldRow;
  return few > block ? few : block;
}
// Bytes of rounded rows. Groups of 16 are the largest.
constexpr int64_t rounded_bytes(int64_t rows, int64_t depth) { return (rows + 15) / 16 * 16 * 2 * padded(depth); }
// Bytes of scratch a thread needs for a product of this depth: rows of x, and panels made on the way, of at most 1.5 bytes
// an input and output.
constexpr int64_t quantized_scratch(int64_t depth) { return held_bytes(depth) + kMostStreams * padded(depth) * kPanel * 3 / 2 + 4096; }

}  // namespace engine
