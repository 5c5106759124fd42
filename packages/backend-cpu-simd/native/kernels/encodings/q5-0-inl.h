// A block of 32: f16 scale, 32 fifth bits, 16 bytes of codes. w = d · (code - 16).
namespace engine::ENGINE_LEVEL {

struct Q5_0 : OnePart<32, 22>, Plain {
  static constexpr const char* kName = "q5_0";
  static constexpr int kUnit = 64, kUnitBytes = 704, kBits = 5, kZero = 16;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    put_half(block, n, unit + k % 64);
    uint8_t* to = unit + 64 + k % 64 * 10;
    put_split(block + 6, n, to);
    put_word(block + 2, n, to + 256);
  }
  struct Unit : View {
    using View::View;
    void codes(int j, I (&c)[8]) const {
      nibbles(p + 64 + 320 * j, lane, c);
      singles<4>(p + 320 + 320 * j, lane, c);
    }
    V scale(int j, int) const {
      return halves(p + 32 * j, lane);
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
