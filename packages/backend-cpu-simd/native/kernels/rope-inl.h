// (a, b) → (a·cos − b·sin, b·cos + a·sin) for the pairs of x [rows, heads, size]: (i, i + pairs), or
// (2i, 2i + 1) when interleaved; cos and sin are [rows, pairs], channels past 2 · pairs stay.
namespace engine::ENGINE_LEVEL {

void rope(const Call& call, const Step& step, const Share& share) {
  const Shape& shape = call.inputs[0].shape;
  const int64_t heads = bind(shape.dims[1], step), size = bind(shape.dims[2], step);
  const int64_t pairs = bind(call.inputs[1].shape.dims[1], step);
  auto [item, end] = part(share, bind(shape.dims[0], step) * heads, 4);
  for (; item < end; item++) {
    const float* x = floats(call.inputs[0]) + item * size;
    const float* cos = floats(call.inputs[1]) + item / heads * pairs;
    const float* sin = floats(call.inputs[2]) + item / heads * pairs;
    float* y = result(call) + item * size;
    if (call.attrs.interleaved) {
      for (int64_t i = 0; i < pairs; i++) {
        const float a = x[2 * i], b = x[2 * i + 1];
        y[2 * i] = a * cos[i] - b * sin[i];
        y[2 * i + 1] = b * cos[i] + a * sin[i];
      }
    } else {
      for (int64_t i = 0; i < pairs; i += kLanes) {
        const int n = (int)(pairs - i < kLanes ? pairs - i : kLanes);
        const V a = load(x + i, n), b = load(x + pairs + i, n), c = load(cos + i, n), s = load(sin + i, n);
        store(y + i, a * c - b * s, n);
        store(y + pairs + i, b * c + a * s, n);
      }
    }
    memcpy(y + 2 * pairs, x + 2 * pairs, sizeof(float) * (size - 2 * pairs));
  }
}

}  // namespace engine::ENGINE_LEVEL
