// A block of 256: f16 factor, a scale of 6 bits for each 32, 128 bytes of codes. w = d · (scale - 32) · table[code].
namespace engine::ENGINE_LEVEL {

struct Iq4Xs : OnePart<256, 136>, Plain {
  static constexpr const char* kName = "iq4_xs";
  static constexpr int kUnit = 256, kUnitBytes = 2240, kBits = 8;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    put_half(block, n, unit);
    for (int j = 0; j < 8; j++) {
      const int low = block[4 + j / 2] >> 4 * (j % 2) & 15, high = (block[2] | block[3] << 8) >> 2 * j & 3;
      unit[64 + 16 * j + n] = (uint8_t)((low | high << 4) - 32);
      put_split(block + 8 + 16 * j, n, unit + 192 + 256 * j);
    }
  }
  struct Unit : View {
    using View::View;
    void codes(int j, I (&c)[8]) const {
      nibbles(p + 192 + 256 * j, lane, c);
#pragma GCC unroll 8
      for (int i = 0; i < 8; i++) c[i] = lookup(c[i], kUneven);
    }
    V scale(int j, int) const {
      return halves(p, lane) * to_float(load_s8(p + 64 + 16 * j + lane));
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
