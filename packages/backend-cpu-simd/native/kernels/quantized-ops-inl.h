// The ops that read a quantized weight: matmul, gather, expert-matmul.
namespace engine::ENGINE_LEVEL {

inline const QuantizedWeight& weight_of(const Operand& x) { return *(const QuantizedWeight*)x.data; }

inline void multiply_as_told(const Call& call, const QuantizedProduct& p, const Share& share) {
  const Encoding& encoding = *p.w->encoding;
  (call.attrs.int8 ? encoding.multiplyInt8 : encoding.multiply)(p, share);
}

void quantized_matmul(const Call& call, const Step& step, const Share& share) {
  const Operand &x = call.inputs[0], &w = call.inputs[1];
  const int64_t depth = w.shape.dims[1], outputs = w.shape.dims[0];
  multiply_as_told(call, {&weight_of(w), floats(x), result(call), nullptr, 1, elements(x.shape, step, 0, x.shape.rank - 1), depth, outputs}, share);
}

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

// Routed rows are grouped by expert, so that a weight is read once for all rows that want it.
void quantized_experts(const Call& call, const Step& step, const Share& share) {
  const Operand &x = call.inputs[0], &ids = call.inputs[1];
  const int64_t routed = elements(ids.shape, step), experts = call.count - 2, k = ids.shape.dims[1];
  const Shape& shape = call.inputs[2].shape;
  const int64_t depth = shape.dims[shape.rank - 1], outputs = shape.dims[shape.rank - 2];
  const int32_t* id = (const int32_t*)ids.data;
  int32_t* order = (int32_t*)share.scratch;
  Share own = share;
  own.scratch += (4 * routed + 63) / 64 * 64;
  const Range mine = part(share, outputs, 1);
  for (int64_t i = 0; i < routed; i++) {
    for (int64_t o = mine.begin; (id[i] < 0 || id[i] >= experts) && o < mine.end; o++) result(call)[i * outputs + o] = __builtin_nanf("");
  }
  for (int64_t e = 0; e < experts; e++) {
    int64_t count = 0;
    for (int64_t i = 0; i < routed; i++) {
      if (id[i] == e) order[count++] = (int32_t)i;
    }
    if (count == 0) continue;
    multiply_as_told(call, {&weight_of(call.inputs[2 + e]), floats(x), result(call), order, x.shape.rank == 2 ? k : 1, count, depth, outputs}, own);
  }
}

}  // namespace engine::ENGINE_LEVEL
