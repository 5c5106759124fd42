// y = w · x / sqrt(mean(x²) + eps) over the last axis; w may be left out.
namespace engine::ENGINE_LEVEL {

void rms_norm(const Call& call, const Step& step, const Share& share) {
  const int64_t width = width_of(call, step);
  const float* w = call.count > 1 ? floats(call.inputs[1]) : nullptr;
  auto [row, end] = part(share, rows_of(call, step), 1);
  for (; row < end; row++) {
    const float* x = floats(call.inputs[0]) + row * width;
    float* y = result(call) + row * width;
    V squares = zero();
    int64_t i = 0;
    for (; i + kLanes <= width; i += kLanes) squares = fma(load(x + i), load(x + i), squares);
    if (i < width) {
      const V tail = load(x + i, (int)(width - i));
      squares = fma(tail, tail, squares);
    }
    const V scale = splat(1.0f / ::sqrtf(sum(squares) * (1.0f / (float)width) + call.attrs.eps));
    for (i = 0; i < width; i += kLanes) {
      const int n = (int)(width - i < kLanes ? width - i : kLanes);
      const V normed = load(x + i, n) * scale;
      store(y + i, w ? normed * load(w + i, n) : normed, n);
    }
  }
}

}  // namespace engine::ENGINE_LEVEL
