// Noise of a draw: Philox 4x32-10 (Salmon et al. 2011), four random words for a key of two words and a counter of four, and
// how large the noise of a word may be.
namespace engine::ENGINE_LEVEL {

// Whether one of kNoisy tokens may get `least` or more with its noise; where it may, the words of all of them, and what each
// cannot get above.
inline bool noise(const uint32_t* of, uint32_t counter, const float* values, float least, uint32_t* words, float* bounds) {
  const auto highest = [](const float* from) {
    V most = load(from);
    for (int i = kLanes; i < kNoisy; i += kLanes) most = max(most, load(from + i));
    return largest(most);
  };
  // A probable token far above all others is what models are mostly sure of.
  if (highest(values) + kMostNoise < least) return false;
  for (int i = 0; i < kNoisy / 4; i++) {
    uint32_t a = of[2], b = of[3], c = counter + (uint32_t)i, d = 0;
#pragma GCC unroll 10
    for (uint32_t round = 0; round < 10; round++) {
      const uint64_t p = (uint64_t)0xd2511f53 * a, q = (uint64_t)0xcd9e8d57 * c;
      a = (uint32_t)(q >> 32) ^ b ^ (of[0] + round * 0x9e3779b9), b = (uint32_t)q;
      c = (uint32_t)(p >> 32) ^ d ^ (of[1] + round * 0xbb67ae85), d = (uint32_t)p;
    }
    words[4 * i] = a, words[4 * i + 1] = b, words[4 * i + 2] = c, words[4 * i + 3] = d;
  }
  // -log(-log u) < -log(1 - u), and log2 lies above its chords, which the bits of a float are.
  for (int i = 0; i < kNoisy; i++) {
    const float rest = (float)(int32_t)(~words[i] >> 8);
    int32_t chord;
    __builtin_memcpy(&chord, &rest, 4);
    bounds[i] = values[i] + (0.6931472f * (24 + 127) + 1e-3f - 0.6931472f * 0x1p-23f * (float)chord);
  }
  return !(highest(bounds) < least);
}

}  // namespace engine::ENGINE_LEVEL
