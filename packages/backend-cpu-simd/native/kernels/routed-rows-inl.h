// Routed rows grouped by expert, so that a weight is read once for all rows that want it.
namespace engine::ENGINE_LEVEL {

// Results order[0 … rows - 1] of a product of many experts; `shared` results have the same row of x.
struct RoutedRows {
  const int32_t* order;
  int64_t shared, rows, depth, outputs;
};

// body(weight, rows, share) for each expert that rows are routed to. What is routed nowhere becomes NaN.
template <class Body>
inline void each_expert(const Call& call, const Step& step, const Share& share, Body&& body) {
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
    body(call.inputs[2 + e], {order, x.shape.rank == 2 ? k : 1, count, depth, outputs}, own);
  }
}

}  // namespace engine::ENGINE_LEVEL
