// Products by tiles of quantized weights, as they are laid out for the level of vectors that goes with them.
// The order is that of use, behind tiled-floats-inl.h.
#include "quantized-rows-inl.h"
#include "quantized-panel-inl.h"
#include "quantized-add-inl.h"
#include "quantized-held-inl.h"
#include "quantized-matmul-inl.h"
#include "quantized-tiles-inl.h"
#include "quantized-ops-inl.h"

namespace engine::ENGINE_LEVEL {

extern const TiledKernels tiled_quantized;
const TiledKernels tiled_quantized = {quantized_matmul, quantized_experts, quantized_round, products_of_tiles};

}  // namespace engine::ENGINE_LEVEL
