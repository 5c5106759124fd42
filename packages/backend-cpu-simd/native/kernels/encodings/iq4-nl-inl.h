// A block of 32: f16 scale, 16 bytes of codes. w = d · table[code].
namespace engine::ENGINE_LEVEL {

static constexpr int8_t kUneven[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

struct Iq4Nl : OnePart<32, 18>, Plain {
  static constexpr const char* kName = "iq4_nl";
  static constexpr int kUnit = Q4_0::kUnit, kUnitBytes = Q4_0::kUnitBytes, kBits = 8;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) { Q4_0::put(r, row, k, n, unit); }
  struct Unit : Q4_0::Unit {
    using Q4_0::Unit::Unit;
    void codes(int j, I (&c)[8]) const {
      Q4_0::Unit::codes(j, c);
#pragma GCC unroll 8
      for (int i = 0; i < 8; i++) c[i] = lookup(c[i], kUneven);
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
