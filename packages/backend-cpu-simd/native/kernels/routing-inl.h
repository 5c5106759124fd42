// What routes rows to experts: top-k and take.
namespace engine::ENGINE_LEVEL {

// Indices of the k largest of each row, best first, ties to the smaller; NaN counts as the smallest.
void top_k(const Call& call, const Step& step, const Share& share) {
  const int64_t n = width_of(call, step), k = call.output.shape.dims[1];
  auto [row, end] = part(share, rows_of(call, step), 4);
  for (; row < end; row++) {
    const float* x = floats(call.inputs[0]) + row * n;
    int32_t* best = (int32_t*)call.output.data + row * k;
    const auto value = [x](int64_t i) { return x[i] == x[i] ? x[i] : -__builtin_inff(); };
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
      const float v = value(i);
      if (count == k && !(v > value(best[k - 1]))) continue;
      int64_t at = count < k ? count++ : k - 1;
      for (; at > 0 && v > value(best[at - 1]); at--) best[at] = best[at - 1];
      best[at] = (int32_t)i;
    }
  }
}

// y[row, j] = x[row, ids[row, j]]; NaN for an id outside the row.
void take(const Call& call, const Step& step, const Share& share) {
  const int64_t n = width_of(call, step), k = call.output.shape.dims[1];
  const int32_t* ids = (const int32_t*)call.inputs[1].data;
  auto [row, end] = part(share, rows_of(call, step), 64);
  for (; row < end; row++) {
    for (int64_t j = 0; j < k; j++) {
      const int64_t id = ids[row * k + j];
      result(call)[row * k + j] = id >= 0 && id < n ? floats(call.inputs[0])[row * n + id] : __builtin_nanf("");
    }
  }
}

}  // namespace engine::ENGINE_LEVEL
