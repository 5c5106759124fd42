// A block of 256: 128 bytes of low bits, 64 of high ones, a signed scale for each 16, f16 factor.
// w = d · scale · (code - 32).
namespace engine::ENGINE_LEVEL {

struct Q6K : OnePart<256, 210>, Plain {
  static constexpr const char* kName = "q6_k";
  static constexpr int kUnit = 256, kUnitBytes = 3392, kBits = 6, kZero = 32, kSub = 16;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    put_half(block + 208, n, unit);
    for (int i = 0; i < 16; i++) unit[64 + 16 * i + n] = block[192 + i];
    for (int j = 0; j < 8; j++) {
      uint8_t q[32];
      take_bits(block + 64 * (j / 4) + 32 * (j % 2), j % 4 / 2 * 4, 15, q);
      add_bits(block + 128 + 32 * (j / 4), 2 * (j % 4), 3, 4, q);
      uint8_t* to = unit + 320 + 384 * j;
      put_nibbles(q, n, to);
      put_pairs(q, n, 4, to + 256);
    }
  }
  struct Unit : View {
    using View::View;
    void codes(int j, I (&c)[8]) const {
      nibbles(p + 320 + 384 * j, lane, c);
      pairs<4>(p + 576 + 384 * j, lane, c);
    }
    V scale(int j, int h) const {
      return halves(p, lane) * to_float(load_s8(p + 64 + 16 * (2 * j + h) + lane));
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
