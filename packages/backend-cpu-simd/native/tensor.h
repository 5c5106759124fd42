// What kernels see of a program. Plain data and nothing inline that differs by instruction set, so it may
// be included by files compiled for different ones.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace engine {

// quantized: the data is a QuantizedWeight. int8: codes whose scale lies elsewhere; only caches have it.
enum class Type : int32_t { f32 = 0, f16 = 1, bf16 = 2, i32 = 3, quantized = 4, int8 = 5 };

// Storage types; arithmetic is always f32. Their bytes in a mapped file may be unaligned.
struct F16 {
  uint16_t bits;
};
struct Bf16 {
  uint16_t bits;
};
// Loaded as the number it is; the scale is the reader's business.
struct Int8 {
  int8_t code;
};

constexpr int kMaxRank = 8;
// Symbols in a shape; bound by each step.
constexpr int32_t kTokens = -1;
constexpr int32_t kRows = -2;

struct Shape {
  int32_t rank;
  int32_t dims[kMaxRank];
};

// Row-major and dense. `data` stays the same for the life of a plan.
struct Operand {
  void* data;
  Type type;
  Shape shape;
};

// What weights are multiplied by. bf16: numbers that bf16 holds. int8: rounded on the way, where the weight is quantized.
enum class Activations : int32_t { f32 = 0, int8 = 1, bf16 = 2 };

struct Attrs {
  int32_t axis;
  int32_t begin;
  int32_t end;
  int32_t window;  // 0: all keys
  int32_t cache;
  int32_t interleaved;
  Activations activations;
  int32_t blocks;  // attention: rows of a media block see each other; 0: they do not
  float eps;
  float scale;
  float cap;
  const float* slopes;  // attention: of each head, or nullptr
};

// Places whose keys lie together. A lane is a place then, and no score is a sum across lanes.
constexpr int kRun = 16;

// Keys and values of one owner in a step: pool [blocks]: keys [heads][blockTokens / kRun][keyDim][kRun], then values
// [heads][blockTokens][valueDim]; int8: then f32 scales [heads][blockTokens] of the keys, then those of the values.
struct CacheView {
  uint8_t* pool;
  Type type;
  int32_t heads;
  int32_t keyDim;
  int32_t valueDim;
  int32_t blockShift;  // log2 of the places in a block
  int64_t blockBytes;
  int64_t valueBytes;  // where a block's values begin
  int64_t scaleBytes;  // where its scales do
  const int32_t* table;  // [sequences, tableWidth]
  int32_t tableWidth;
};

// Slots of one recurrent op: pool [slots][width], f32. Rows of a sequence read one slot and write another.
struct StateView {
  float* pool;
  int64_t width;
};

// A sequence's rows in a step. readSlot -1: zeros.
struct Rows {
  int32_t first;
  int32_t count;
  int32_t readSlot;
  int32_t writtenSlot;
};

struct Step {
  int32_t tokens;
  int32_t rows;
  const int32_t* wanted;    // [rows]
  const int32_t* sequence;  // [tokens] whose row it is
  const int32_t* place;     // [tokens] where its key lies
  const int32_t* blockEnd;  // [tokens] place of the last row of its media block, its own without one
  const float* const* given;  // [tokens] the embedding the caller gives for it, or nullptr
  const CacheView* caches;
  const StateView* states;
  const Rows* sequences;
  int32_t sequenceCount;
};

struct Call;
struct MappedRows;

// One thread's part of a call.
struct Share {
  int32_t thread;
  int32_t threads;
  uint8_t* scratch;  // this thread's own, as many bytes as the call asked for
};

using Kernel = void (*)(const Call&, const Step&, const Share&);

struct Call {
  Kernel kernel;
  const Operand* inputs;
  int32_t count;
  Operand output;
  Attrs attrs;
  float* partials;         // attention: results of context segments before they are joined
  int32_t partialRows;     // rows and segments there is room for
  int32_t partialSegments;
  int64_t* taken;          // of a product's panels or groups of outputs, or an attention's heads, those that threads took so far; nullptr: each has its part
  uint8_t* rounded;        // quantized product: its rows as all threads rounded them before; or nullptr
  const MappedRows* mapped;  // gather: a table that stays in its file; or nullptr
  int64_t grain;  // numbers that go to a thread together, where an op goes number by number; 0: its own choice
};

}  // namespace engine
