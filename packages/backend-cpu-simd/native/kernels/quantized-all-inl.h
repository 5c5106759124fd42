// The products of quantized weights over the integers and floats of ENGINE_LEVEL, and the level's table of storage
// types. Included once by each of the files of quantized/, which are compiled for their instruction set.
#include "../quantized.h"

// The order is that of use.
#include "shape-inl.h"
#include "encodings/planes-inl.h"
#include "encodings/q4-0-inl.h"
#include "encodings/q4-1-inl.h"
#include "encodings/q5-0-inl.h"
#include "encodings/q5-1-inl.h"
#include "encodings/q8-0-inl.h"
#include "encodings/iq4-nl-inl.h"
#include "encodings/mxfp4-inl.h"
#include "encodings/q2-k-inl.h"
#include "encodings/q3-k-inl.h"
#include "encodings/q4-k-inl.h"
#include "encodings/q5-k-inl.h"
#include "encodings/q6-k-inl.h"
#include "encodings/iq4-xs-inl.h"
#include "encodings/grouped-inl.h"
#include "quantized-rows-inl.h"
#include "quantized-panel-inl.h"
#include "quantized-add-inl.h"
#include "quantized-stream-inl.h"
#include "quantized-held-inl.h"
#include "quantized-matmul-inl.h"
#include "quantized-stored-inl.h"
#include "quantized-told-inl.h"
#include "routed-rows-inl.h"
#include "quantized-ops-inl.h"
#include "quantized-limit-inl.h"

namespace engine::ENGINE_LEVEL {

template <class E>
struct Of {
  using C = Codes<E::kBits, E::kSub, E::kLeast>;
  static constexpr int32_t kOffset = E::kBits == 8 ? kSignedZero : E::kZero;
  static constexpr Layout layout{E::kUnit, E::kUnitBytes, kOffset, E::kBits == 8 ? 0 : E::kZero, E::kSub, E::kLeast, pack_unit<E>, fill_f32<E>, fill_int8<E>, add_int8<C>, stream_int8<E>, stream_f32<E>};
  static int64_t panel_bytes(int64_t depth) { return units(layout, depth) * layout.unitBytes; }
  static void pack(const StoredRows& r, int64_t row, uint8_t* panel) { pack_units(layout, r, row, {0, units(layout, r.depth)}, panel); }
  static void decode(const QuantizedWeight& w, int64_t row, float* to, uint8_t* room) { decode_row_of(layout, w, row, to, room); }
  static void multiply(const QuantizedProduct& p, const Share& share) { multiply_quantized<F32Rows>(layout, p, share); }
  static void multiply_int8(const QuantizedProduct& p, const Share& share) {
    if constexpr (requires { E::stored; }) {
      if (meets_stored(p)) return multiply_stored<E>(layout, p, share);
    }
    multiply_quantized<Int8Rows>(layout, p, share);
  }
};

template <class E>
constexpr Encoding encoding() {
  static_assert(kTileRuns * 32 % E::kUnit == 0);
  return {E::kName, E::kParts, E::row_bytes, Of<E>::panel_bytes, Of<E>::pack, Of<E>::decode, Of<E>::multiply, Of<E>::multiply_int8, &Of<E>::layout};
}

// A storage type is a file and a row here.
static const Encoding encodings[] = {
    encoding<Q4_0>(), encoding<Q4_1>(), encoding<Q5_0>(),  encoding<Q5_1>(),  encoding<Q8_0>(),  encoding<Iq4Nl>(),
    encoding<Mxfp4>(), encoding<Q2K>(), encoding<Q3K>(),   encoding<Q4K>(),   encoding<Q5K>(),   encoding<Q6K>(),
    encoding<Iq4Xs>(), encoding<Int4>(), encoding<Int8>(), encoding<Int4Bf16>(), encoding<Int8Bf16>(),
};

extern const QuantizedKernels quantized;
const QuantizedKernels quantized = {encodings, sizeof encodings / sizeof encodings[0], quantized_matmul, quantized_gather, quantized_experts, quantized_round, products};

}  // namespace engine::ENGINE_LEVEL
