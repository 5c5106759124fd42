// What the machine can do at most, measured in the same process as the kernels it is compared with.
namespace engine::ENGINE_LEVEL {

// Four far apart streams with prefetch, as decode has them: faster here than one.
uint32_t read_bytes(const uint8_t* from, int64_t bytes) {
  constexpr int64_t kStride = 2 * sizeof(V) > 64 ? 2 * sizeof(V) : 64;
  constexpr int kVectors = kStride / sizeof(V);
  const int64_t apart = bytes / 4 / kStride * kStride;
  V acc[4];
  for (int s = 0; s < 4; s++) acc[s] = zero();
  for (int64_t at = 0; at < apart; at += kStride) {
#pragma GCC unroll 4
    for (int s = 0; s < 4; s++) {
      const uint8_t* p = from + s * apart + at;
      for (int64_t line = 0; line < kStride; line += 64) prefetch(p + 1024 + line);
#pragma GCC unroll 4
      for (int i = 0; i < kVectors; i++) acc[s] = max(acc[s], load((const float*)p + i * kLanes));
    }
  }
  return largest(max(max(acc[0], acc[1]), max(acc[2], acc[3]))) > 0;
}

float multiply_add(int64_t rounds, int64_t* flops) {
  constexpr int kChains = 12;
  V acc[kChains];
  for (int i = 0; i < kChains; i++) acc[i] = splat((float)i);
  V a = splat(0.999f), b = splat(0.001f);
  for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; i++) acc[i] = fma(acc[i], a, b);
  }
  *flops = rounds * kChains * kLanes * 2;
  V all = acc[0];
  for (int i = 1; i < kChains; i++) all = all + acc[i];
  return sum(all);
}

}  // namespace engine::ENGINE_LEVEL
