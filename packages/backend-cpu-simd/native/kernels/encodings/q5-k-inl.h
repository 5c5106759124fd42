// A block of 256: as q4_k, with 32 bytes of fifth bits before the codes.
namespace engine::ENGINE_LEVEL {

struct Q5K : OnePart<256, 176>, Plain {
  static constexpr const char* kName = "q5_k";
  static constexpr int kUnit = 256, kUnitBytes = 2816, kBits = 5;
  static constexpr bool kLeast = true;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    KScales::put(block, n, unit);
    for (int j = 0; j < 8; j++) {
      uint8_t q[32];
      take_bits(block + 48 + 32 * (j / 2), 4 * (j % 2), 15, q);
      add_bits(block + 16, j, 1, 4, q);
      uint8_t* to = unit + 256 + 320 * j;
      put_nibbles(q, n, to);
      put_singles(q, n, 4, to + 256);
    }
  }
  struct Unit : KScales {
    using KScales::KScales;
    void codes(int j, I (&c)[8]) const {
      nibbles(p + 256 + 320 * j, lane, c);
      singles<4>(p + 512 + 320 * j, lane, c);
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
