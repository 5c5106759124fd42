// Products by tiles of float weights with numbers that bf16 holds. Tables are known to the compiler: nothing in a file for some
// instruction set may run while the library is loaded.
#include "../quantized.h"
#include "../simd/amx.h"
#include "kernels.h"

// The order is that of use.
#include "shape-inl.h"
#include "encodings/planes-inl.h"
#include "routed-rows-inl.h"
#include "matmul-tiles-inl.h"

namespace engine::ENGINE_LEVEL {

// What is none of these is an expert that is not there.
inline void multiply_floats(Type type, const TiledProduct& p, const Share& share) {
  if (type == Type::f32) multiply_floats<float>(p, share);
  if (type == Type::f16) multiply_floats<F16>(p, share);
  if (type == Type::bf16) multiply_floats<Bf16>(p, share);
}

void tiled_matmul(const Call& call, const Step& step, const Share& share) {
  const Operand &x = call.inputs[0], &w = call.inputs[1];
  const int64_t depth = bind(w.shape.dims[1], step), outputs = bind(w.shape.dims[0], step);
  multiply_floats(w.type, {floats(x), w.data, result(call), nullptr, 1, elements(x.shape, step, 0, x.shape.rank - 1), depth, outputs}, share);
}

void tiled_experts(const Call& call, const Step& step, const Share& share) {
  each_expert(call, step, share, [&](const Operand& w, const RoutedRows& r, const Share& own) {
    multiply_floats(w.type, {floats(call.inputs[0]), w.data, result(call), r.order, r.shared, r.rows, r.depth, r.outputs}, own);
  });
}

extern const Bf16Kernels bf16;
const Bf16Kernels bf16 = {tiled_matmul, tiled_experts};

}  // namespace engine::ENGINE_LEVEL
