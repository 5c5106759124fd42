// y[i] = f(x[i]), and silu-mul: y[i] = silu(gate[i]) · up[i].
namespace engine::ENGINE_LEVEL {

template <class F>
inline void map(const Call& call, const Step& step, const Share& share, F f) {
  const float* x = floats(call.inputs[0]);
  float* y = result(call);
  auto [i, end] = numbers(call, step, share);
  for (; i + kLanes <= end; i += kLanes) store(y + i, f(load(x + i)));
  if (i < end) store(y + i, f(load(x + i, (int)(end - i))), (int)(end - i));
}

#define ENGINE_MAP(name, body)                                                  \
  void name(const Call& call, const Step& step, const Share& share) {          \
    map(call, step, share, [](V x) { return body; });                          \
  }
ENGINE_MAP(exp, exp(x))
ENGINE_MAP(tanh, tanh(x))
ENGINE_MAP(sigmoid, sigmoid(x))
ENGINE_MAP(silu, silu(x))
ENGINE_MAP(gelu_tanh, gelu_tanh(x))
ENGINE_MAP(floor, floor(x))
ENGINE_MAP(rsqrt, splat(1.0f) / sqrt(x))
ENGINE_MAP(log, each<::log>(x))
ENGINE_MAP(sin, each<::sin>(x))
ENGINE_MAP(cos, each<::cos>(x))
#undef ENGINE_MAP

void cast(const Call& call, const Step& step, const Share& share) {
  if (call.inputs[0].type == Type::f32) return map(call, step, share, [](V x) { return x; });
  const int32_t* x = (const int32_t*)call.inputs[0].data;
  float* y = result(call);
  auto [i, end] = numbers(call, step, share);
  for (; i < end; i += kLanes) {
    const int n = (int)(end - i < kLanes ? end - i : kLanes);
    store(y + i, load_i32(x + i, n), n);
  }
}

void round_bf16(const Call& call, const Step& step, const Share& share) {
  map(call, step, share, [](V x) {
    Bf16 rounded[kLanes];
    store(rounded, x, kLanes);
    return load(rounded);
  });
}

void softcap(const Call& call, const Step& step, const Share& share) {
  const V cap = splat(call.attrs.cap);
  map(call, step, share, [cap](V x) { return tanh(x / cap) * cap; });
}

// Towards zero; 0 for what no i32 holds.
void to_int(const Call& call, const Step& step, const Share& share) {
  const float* x = floats(call.inputs[0]);
  int32_t* y = (int32_t*)call.output.data;
  auto [i, end] = numbers(call, step, share);
  for (; i < end; i++) y[i] = x[i] >= -0x1p31f && x[i] < 0x1p31f ? (int32_t)x[i] : 0;
}

void silu_mul(const Call& call, const Step& step, const Share& share) {
  const float *gate = floats(call.inputs[0]), *up = floats(call.inputs[1]);
  float* y = result(call);
  auto [i, end] = numbers(call, step, share);
  for (; i + kLanes <= end; i += kLanes) store(y + i, silu(load(gate + i)) * load(up + i));
  const int n = (int)(end - i);
  if (n > 0) store(y + i, silu(load(gate + i, n)) * load(up + i, n), n);
}

}  // namespace engine::ENGINE_LEVEL
