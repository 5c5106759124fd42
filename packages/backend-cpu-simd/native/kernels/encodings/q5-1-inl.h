// A block of 32: f16 scale and least value, 32 fifth bits, 16 bytes of codes. w = d · code + m.
namespace engine::ENGINE_LEVEL {

struct Q5_1 : OnePart<32, 24>, Plain {
  static constexpr const char* kName = "q5_1";
  static constexpr int kUnit = 32, kUnitBytes = 384, kBits = 5;
  static constexpr bool kLeast = true;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    put_half(block, n, unit);
    put_half(block + 2, n, unit + 32);
    put_split(block + 8, n, unit + 64);
    put_word(block + 4, n, unit + 320);
  }
  struct Unit : View {
    using View::View;
    void codes(int, I (&c)[8]) const {
      nibbles(p + 64, lane, c);
      singles<4>(p + 320, lane, c);
    }
    V scale(int, int) const {
      return halves(p, lane);
    }
    V least(int, int) const {
      return halves(p + 32, lane);
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
