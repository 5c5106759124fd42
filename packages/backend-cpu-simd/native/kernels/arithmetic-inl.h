// out[i] = f(x[i], y[i]) with numpy's broadcasting.
namespace engine::ENGINE_LEVEL {

struct Axis {
  int64_t size;
  int64_t x;  // element steps; 0 where the operand is repeated
  int64_t y;
};

// Axes of the result, neighbours joined where both operands run on; returns how many.
inline int joined_axes(const Call& call, const Step& step, Axis* axes) {
  const Shape& out = call.output.shape;
  Axis all[kMaxRank];
  int64_t steps[2] = {1, 1};
  for (int axis = out.rank - 1; axis >= 0; axis--) {
    all[axis].size = bind(out.dims[axis], step);
    int64_t* const each[2] = {&all[axis].x, &all[axis].y};
    for (int side = 0; side < 2; side++) {
      const Shape& shape = call.inputs[side].shape;
      const int own = axis - (out.rank - shape.rank);
      const int64_t size = own < 0 ? 1 : bind(shape.dims[own], step);
      *each[side] = size == 1 ? 0 : steps[side];
      steps[side] *= size;
    }
  }
  int rank = 0;
  for (int axis = 0; axis < out.rank; axis++) {
    const Axis& a = all[axis];
    if (a.size == 1) continue;
    Axis* before = rank ? &axes[rank - 1] : nullptr;
    if (before && before->x == a.x * a.size && before->y == a.y * a.size) {
      *before = {before->size * a.size, a.x, a.y};
    } else {
      axes[rank++] = a;
    }
  }
  if (rank == 0) axes[rank++] = {1, 0, 0};
  return rank;
}

inline V load_step(const float* p, int64_t step, int n) { return step == 0 ? splat(*p) : load(p, n); }

template <class F>
inline void broadcast(const Call& call, const Step& step, const Share& share, F f) {
  Axis axes[kMaxRank];
  const int rank = joined_axes(call, step, axes);
  const Axis last = axes[rank - 1];
  auto [i, end] = numbers(call, step, share);
  while (i < end) {
    const float *x = floats(call.inputs[0]), *y = floats(call.inputs[1]);
    int64_t rest = i;
    for (int axis = rank - 1; axis >= 0; axis--) {
      const int64_t at = rest % axes[axis].size;
      rest /= axes[axis].size;
      x += at * axes[axis].x;
      y += at * axes[axis].y;
    }
    const int64_t left = last.size - i % last.size;
    const int64_t n = left < end - i ? left : end - i;
    float* out = result(call) + i;
    for (int64_t j = 0; j < n; j += kLanes) {
      const int lanes = (int)(n - j < kLanes ? n - j : kLanes);
      store(out + j, f(load_step(x + j * last.x, last.x, lanes), load_step(y + j * last.y, last.y, lanes)), lanes);
    }
    i += n;
  }
}

#define ENGINE_BROADCAST(name, body)                                           \
  void name(const Call& call, const Step& step, const Share& share) {          \
    broadcast(call, step, share, [](V x, V y) { return body; });               \
  }
ENGINE_BROADCAST(add, x + y)
ENGINE_BROADCAST(sub, x - y)
ENGINE_BROADCAST(mul, x * y)
ENGINE_BROADCAST(div, x / y)
ENGINE_BROADCAST(max, select(is_nan(x), x, max(x, y)))
ENGINE_BROADCAST(greater, select(greater(x, y), splat(1.0f), zero()))
#undef ENGINE_BROADCAST

}  // namespace engine::ENGINE_LEVEL
