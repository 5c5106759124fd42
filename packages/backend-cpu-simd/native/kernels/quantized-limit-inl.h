// The most this level multiplies: products of a run's codes with rows, from registers and the first-level cache, without
// scales, in the instructions that products of weights use.
namespace engine::ENGINE_LEVEL {

template <int Bits>
inline int32_t dots_alone(int64_t rounds) {
  alignas(64) int8_t bytes[kRowsAtOnce * 64];
  alignas(64) uint8_t codes[8 * 64];
  for (int i = 0; i < 64 * kRowsAtOnce; i++) bytes[i] = (int8_t)(i * 37 % 255 - 127);
  for (int i = 0; i < 512; i++) codes[i] = (uint8_t)(i * 53 & ((1 << Bits) - 1));
  I c[8], all[kRowsAtOnce];
  const int8_t* rows[kRowsAtOnce];
  for (int i = 0; i < 8; i++) c[i] = iload(codes + 64 * i);
  for (int r = 0; r < kRowsAtOnce; r++) {
    rows[r] = bytes + 64 * r;
    all[r] = isplat(0);
  }
  for (int64_t round = 0; round < rounds; round++) {
    // The rows might be others each time.
    __asm__ volatile("" : : "r"(bytes) : "memory");
    dots<Bits>(c, rows, all);
  }
  int32_t total = 0;
  for (int r = 0; r < kRowsAtOnce; r++) total += sum(all[r]);
  return total;
}

int32_t products(int bits, int64_t rounds, int64_t* operations) {
  *operations = rounds * kRowsAtOnce * 8 * 4 * kLanes * 2;
  return bits == 8 ? dots_alone<8>(rounds) : dots_alone<4>(rounds);
}

}  // namespace engine::ENGINE_LEVEL
