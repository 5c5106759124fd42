// What the machine can do at most, measured in the same process as the kernels it is compared with.
namespace engine::ENGINE_LEVEL {

uint32_t read_bytes(const uint8_t* from, int64_t bytes) {
  V acc[8];
  for (int i = 0; i < 8; i++) acc[i] = zero();
  constexpr int64_t kStride = 8 * sizeof(V);
  for (int64_t at = 0; at + kStride <= bytes; at += kStride) {
    for (int64_t line = 0; line < kStride; line += 64) prefetch(from + at + 1024 + line);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) acc[i] = max(acc[i], load((const float*)(from + at) + i * kLanes));
  }
  V all = acc[0];
  for (int i = 1; i < 8; i++) all = max(all, acc[i]);
  return largest(all) > 0;
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
