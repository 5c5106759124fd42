// Ops that move elements and compute nothing: slice, concat, wanted, overlay, gather. All elements have four bytes,
// but a gathered table's, which are decoded.
namespace engine::ENGINE_LEVEL {

void slice(const Call& call, const Step& step, const Share& share) {
  const Shape& shape = call.inputs[0].shape;
  const int axis = call.attrs.axis;
  const int64_t inner = elements(shape, step, axis + 1, shape.rank);
  const int64_t from = bind(shape.dims[axis], step) * inner;
  const int64_t to = (call.attrs.end - call.attrs.begin) * inner;
  auto [i, end] = part(share, elements(shape, step, 0, axis), to > 0 ? 1024 / to + 1 : 1);
  for (; i < end; i++) {
    memcpy(result(call) + i * to, floats(call.inputs[0]) + i * from + call.attrs.begin * inner, sizeof(float) * to);
  }
}

void concat(const Call& call, const Step& step, const Share& share) {
  const Shape& shape = call.output.shape;
  const int axis = call.attrs.axis;
  const int64_t row = elements(shape, step, axis, shape.rank);
  auto [i, end] = part(share, elements(shape, step, 0, axis), row > 0 ? 1024 / row + 1 : 1);
  for (; i < end; i++) {
    float* to = result(call) + i * row;
    for (int k = 0; k < call.count; k++) {
      const Shape& own = call.inputs[k].shape;
      const int64_t size = elements(own, step, axis, own.rank);
      memcpy(to, floats(call.inputs[k]) + i * size, sizeof(float) * size);
      to += size;
    }
  }
}

void wanted(const Call& call, const Step& step, const Share& share) {
  const int64_t width = elements(call.output.shape, step, 1, call.output.shape.rank);
  auto [row, end] = part(share, step.rows, 1);
  for (; row < end; row++) {
    memcpy(result(call) + row * width, floats(call.inputs[0]) + step.wanted[row] * width, sizeof(float) * width);
  }
}

void overlay(const Call& call, const Step& step, const Share& share) {
  const Shape& shape = call.inputs[0].shape;
  const int64_t width = shape.dims[1];
  auto [row, end] = part(share, bind(shape.dims[0], step), 4);
  for (; row < end; row++) {
    const float* given = step.given[shape.dims[0] == kRows ? step.wanted[row] : row];
    memcpy(result(call) + row * width, given ? given : floats(call.inputs[0]) + row * width, sizeof(float) * width);
  }
}

template <class T>
inline void decode_row(const T* from, int64_t n, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, load(from + i));
  if (i < n) store(to + i, load(from + i, (int)(n - i)), (int)(n - i));
}

void decode_values(Type type, const void* from, int64_t n, float* to) {
  if (type == Type::f32) decode_row((const float*)from, n, to);
  if (type == Type::f16) decode_row((const F16*)from, n, to);
  if (type == Type::bf16) decode_row((const Bf16*)from, n, to);
}

void gather(const Call& call, const Step& step, const Share& share) {
  const Operand &table = call.inputs[0], &ids = call.inputs[1];
  const int64_t width = bind(table.shape.dims[1], step);
  const int64_t row_bytes = width * (table.type == Type::f32 ? 4 : 2);
  auto [i, end] = part(share, elements(ids.shape, step), 1);
  for (; i < end; i++) {
    const int64_t id = ((const int32_t*)ids.data)[i];
    // Ids of the step were checked; computed ones may be anything.
    if (id < 0 || id >= table.shape.dims[0]) {
      for (int64_t k = 0; k < width; k++) result(call)[i * width + k] = __builtin_nanf("");
      continue;
    }
    decode_values(table.type, (const uint8_t*)table.data + id * row_bytes, width, result(call) + i * width);
  }
}

}  // namespace engine::ENGINE_LEVEL
