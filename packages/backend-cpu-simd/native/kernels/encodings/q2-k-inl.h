// A block of 256: for each 16 a scale and a least value of 4 bits, 64 bytes of codes, f16 factors of both.
// w = d · scale · code - dmin · least.
namespace engine::ENGINE_LEVEL {

struct Q2K : OnePart<256, 84>, Plain {
  static constexpr const char* kName = "q2_k";
  static constexpr int kUnit = 256, kUnitBytes = 1344, kBits = 2, kSub = 16;
  static constexpr bool kLeast = true;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    put_half(block + 80, n, unit);
    put_half(block + 82, n, unit + 32);
    for (int i = 0; i < 16; i++) unit[64 + 16 * i + n] = block[i];
    for (int j = 0; j < 8; j++) {
      uint8_t q[32];
      take_bits(block + 16 + 32 * (j / 4), 2 * (j % 4), 3, q);
      put_pairs(q, n, 0, unit + 320 + 128 * j);
    }
  }
  struct Unit : View {
    using View::View;
    void codes(int j, I (&c)[8]) const {
      no_codes(c);
      pairs<0>(p + 320 + 128 * j, lane, c);
    }
    V scale(int j, int h) const {
      return halves(p, lane) * to_float(load_u8(p + 64 + 16 * (2 * j + h) + lane) & isplat(15));
    }
    V least(int j, int h) const {
      return zero() - halves(p + 32, lane) * to_float(shr<4>(load_u8(p + 64 + 16 * (2 * j + h) + lane)));
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
