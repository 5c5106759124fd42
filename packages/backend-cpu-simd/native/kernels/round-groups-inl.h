// Quantizing: codes and scales of groups of values. The search is that of packages/loader/src/quantize/round-groups.ts,
// which says why; sums are of f32 here, so another scale of equal worth may win.
namespace engine::ENGINE_LEVEL {

// The code, before rounding, that the farthest value of a group gets.
constexpr float kReaches[] = {-8.8f, -8.4f, -8.0f, -7.6f, -7.2f, -6.8f};
constexpr float kLargestF16 = 65504;
// Scales of smaller ones are 0 in f16, and their inverse is none.
constexpr float kSmallest = 1e-20f;

// The value farthest from zero.
static float farthest(const float* x, int64_t group) {
  V most = zero(), least = zero();
  for (int64_t i = 0; i < group; i += kLanes) {
    most = max(most, load(x + i));
    least = max(least, zero() - load(x + i));
  }
  const float high = largest(most), low = largest(least);
  return high >= low ? high : -low;
}

// To the nearest whole number inside of the range.
static inline V code_of(V ratio, float least, float most) { return min(max(floor(ratio + splat(0.5f)), splat(least)), splat(most)); }

// The gain of codes q for values x is (sum of wxq)^2 / (sum of wq^2), which is what they take off the error of all zeros.
static float best_scale(const float* x, const float* weights, int64_t group, float extreme) {
  double best = 0;
  float scale = extreme / -8;
  for (const float reach : kReaches) {
    const V inverse = splat(reach / extreme);
    V xq = zero(), qq = zero();
    for (int64_t i = 0; i < group; i += kLanes) {
      const V value = load(x + i), code = code_of(value * inverse, -8, 7);
      const V weighed = weights ? code * load(weights + i) : code;
      xq = fma(weighed, value, xq);
      qq = fma(weighed, code, qq);
    }
    const double shared = sum(xq), own = sum(qq), gain = shared * shared / own;
    if (gain > best) {
      best = gain;
      scale = (float)(shared / own);
    }
  }
  return scale;
}

void round_groups(const RoundedGroups& task) {
  for (int64_t at = 0, g = 0; at < task.count; at += task.group, g++) {
    const float* x = task.values + at;
    const float extreme = farthest(x, task.group);
    const bool isTiny = extreme < kSmallest && extreme > -kSmallest;
    float wanted = 0;
    if (!isTiny && task.bits == 8) wanted = (extreme < 0 ? -extreme : extreme) / 127;
    else if (!isTiny) wanted = best_scale(x, task.importance ? task.importance + at % task.columns : nullptr, task.group, extreme);
    wanted = wanted > kLargestF16 ? kLargestF16 : wanted < -kLargestF16 ? -kLargestF16 : wanted;
    store((F16*)(task.scale + g), splat(wanted), 1);
    const float stored = sum(load((const F16*)(task.scale + g), 1));
    const V inverse = splat(stored == 0 ? 0 : 1 / stored);
    const float middle = task.bits == 8 ? 128 : 8;
    for (int64_t i = 0; i < task.group; i += kLanes) {
      int8_t codes[kLanes];
      store((Int8*)codes, code_of(load(x + i) * inverse, -middle, middle - 1), kLanes);
      for (int k = 0; k < kLanes; k += 2) {
        uint8_t* out = task.packed + (at + i + k) * task.bits / 8;
        const uint8_t first = (uint8_t)(codes[k] + (int)middle), second = (uint8_t)(codes[k + 1] + (int)middle);
        if (task.bits == 4) out[0] = (uint8_t)(first | second << 4);
        else out[0] = first, out[1] = second;
      }
    }
  }
}

}  // namespace engine::ENGINE_LEVEL
