// A block of 32: an exponent e, 16 bytes of e2m1 codes. w = 2^(e - 128) · twice the code's value.
namespace engine::ENGINE_LEVEL {

// Twice the values, + 12 so that none is below 0.
static constexpr int8_t kTwiceE2m1[16] = {12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0};

struct Mxfp4 : OnePart<32, 17>, Plain {
  static constexpr const char* kName = "mxfp4";
  static constexpr int kUnit = 128, kUnitBytes = 1088, kBits = 5, kZero = 12;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    unit[k % 128 / 2 + n] = block[0];
    put_split(block + 1, n, unit + 64 + k % 128 * 8);
  }
  struct Unit : View {
    using View::View;
    void codes(int j, I (&c)[8]) const {
      nibbles(p + 64 + 256 * j, lane, c);
#pragma GCC unroll 8
      for (int i = 0; i < 8; i++) c[i] = lookup(c[i], kTwiceE2m1);
    }
    // In two factors: the smallest are below the normal numbers.
    V scale(int j, int) const {
      const I e = load_u8(p + 16 * j + lane), half = shr<1>(e), bias = isplat(63);
      return from_bits(shl<23>(half + bias)) * from_bits(shl<23>(e - half + bias));
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
