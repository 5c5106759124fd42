// A block of 256: third bits, 64 bytes of codes, a scale of 6 bits for each 16, f16 factor.
// w = d · (scale - 32) · (code - 4).
namespace engine::ENGINE_LEVEL {

struct Q3K : OnePart<256, 110>, Plain {
  static constexpr const char* kName = "q3_k";
  static constexpr int kUnit = 256, kUnitBytes = 1856, kBits = 3, kZero = 4, kSub = 16;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    const uint8_t* scales = block + 96;
    put_half(block + 108, n, unit);
    for (int i = 0; i < 16; i++) {
      const int low = i < 8 ? scales[i] & 15 : scales[i - 8] >> 4, high = scales[8 + i % 4] >> 2 * (i / 4) & 3;
      unit[64 + 16 * i + n] = (uint8_t)((low | high << 4) - 32);
    }
    for (int j = 0; j < 8; j++) {
      uint8_t q[32];
      take_bits(block + 32 + 32 * (j / 4), 2 * (j % 4), 3, q);
      add_bits(block, j, 1, 2, q);
      uint8_t* to = unit + 320 + 192 * j;
      put_pairs(q, n, 0, to);
      put_singles(q, n, 2, to + 128);
    }
  }
  struct Unit : View {
    using View::View;
    void codes(int j, I (&c)[8]) const {
      no_codes(c);
      pairs<0>(p + 320 + 192 * j, lane, c);
      singles<2>(p + 448 + 192 * j, lane, c);
    }
    V scale(int j, int h) const {
      return halves(p, lane) * to_float(load_s8(p + 64 + 16 * (2 * j + h) + lane));
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
