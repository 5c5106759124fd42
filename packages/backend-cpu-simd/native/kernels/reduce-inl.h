// Folds of the last axis: sum, reduce-max, and softmax e^(x - max) / Σ e^(x - max). One order for a width:
// lanes walk the row, then sum() joins them.
namespace engine::ENGINE_LEVEL {

inline float row_sum(const float* x, int64_t width) {
  V total = zero();
  int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) total = total + load(x + i);
  if (i < width) total = total + load(x + i, (int)(width - i));
  return sum(total);
}

// NaN where any value is.
inline float row_max(const float* x, int64_t width) {
  V most = splat(-__builtin_inff());
  int64_t i = 0;
  for (; i < width; i += kLanes) {
    const V v = width - i >= kLanes ? load(x + i) : load_or(x + i, (int)(width - i), splat(-__builtin_inff()));
    most = select(is_nan(v), v, select(is_nan(most), most, max(most, v)));
  }
  alignas(64) float lanes[kLanes];
  store(lanes, most);
  float top = lanes[0];
  for (int lane = 1; lane < kLanes; lane++) top = top != top || top > lanes[lane] ? top : lanes[lane];
  return top;
}

inline int64_t width_of(const Call& call, const Step& step) {
  const Shape& shape = call.inputs[0].shape;
  return bind(shape.dims[shape.rank - 1], step);
}
inline int64_t rows_of(const Call& call, const Step& step) {
  const Shape& shape = call.inputs[0].shape;
  return elements(shape, step, 0, shape.rank - 1);
}

void sum(const Call& call, const Step& step, const Share& share) {
  const int64_t width = width_of(call, step);
  auto [row, end] = part(share, rows_of(call, step), 1);
  for (; row < end; row++) result(call)[row] = row_sum(floats(call.inputs[0]) + row * width, width);
}

void reduce_max(const Call& call, const Step& step, const Share& share) {
  const int64_t width = width_of(call, step);
  auto [row, end] = part(share, rows_of(call, step), 1);
  for (; row < end; row++) result(call)[row] = row_max(floats(call.inputs[0]) + row * width, width);
}

void softmax(const Call& call, const Step& step, const Share& share) {
  const int64_t width = width_of(call, step);
  auto [row, end] = part(share, rows_of(call, step), 1);
  for (; row < end; row++) {
    const float* x = floats(call.inputs[0]) + row * width;
    float* y = result(call) + row * width;
    const V top = splat(row_max(x, width));
    for (int64_t i = 0; i < width; i += kLanes) {
      const int n = (int)(width - i < kLanes ? width - i : kLanes);
      store(y + i, exp(load(x + i, n) - top), n);
    }
    const V total = splat(row_sum(y, width));
    for (int64_t i = 0; i < width; i += kLanes) {
      const int n = (int)(width - i < kLanes ? width - i : kLanes);
      store(y + i, load(y + i, n) / total, n);
    }
  }
}

}  // namespace engine::ENGINE_LEVEL
