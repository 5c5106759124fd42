// The ops that read a quantized weight: matmul, gather, expert-matmul. Over the level's multiply_as_told.
namespace engine::ENGINE_LEVEL {

inline const QuantizedWeight& weight_of(const Operand& x) { return *(const QuantizedWeight*)x.data; }

inline QuantizedProduct product_of(const Call& call, const Step& step) {
  const Operand &x = call.inputs[0], &w = call.inputs[1];
  return {&weight_of(w), floats(x), result(call), nullptr, 1, elements(x.shape, step, 0, x.shape.rank - 1), w.shape.dims[1], w.shape.dims[0], call.taken, call.rounded};
}

void quantized_matmul(const Call& call, const Step& step, const Share& share) { multiply_as_told(call, product_of(call, step), share); }

void quantized_round(const Call& call, const Step& step, const Share& share) { round_as_told(product_of(call, step), call.rounded, share); }

void quantized_gather(const Call& call, const Step& step, const Share& share) {
  const Operand &table = call.inputs[0], &ids = call.inputs[1];
  const QuantizedWeight& w = weight_of(table);
  const int64_t width = table.shape.dims[1];
  auto [i, end] = part(share, elements(ids.shape, step), 1);
  for (; i < end; i++) {
    const int64_t id = ((const int32_t*)ids.data)[i];
    float* to = result(call) + i * width;
    // Ids of the step were checked; computed ones may be anything.
    if (id >= 0 && id < table.shape.dims[0]) {
      w.encoding->decode(w, w.begin + id, to, share.scratch);
      continue;
    }
    for (int64_t k = 0; k < width; k++) to[k] = __builtin_nanf("");
  }
}

void quantized_experts(const Call& call, const Step& step, const Share& share) {
  each_expert(call, step, share, [&](const Operand& w, const RoutedRows& r, const Share& own) {
    multiply_as_told(call, {&weight_of(w), floats(call.inputs[0]), result(call), r.order, r.shared, r.rows, r.depth, r.outputs, nullptr, nullptr}, own);
  });
}

}  // namespace engine::ENGINE_LEVEL
