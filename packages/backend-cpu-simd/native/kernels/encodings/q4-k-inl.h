// A block of 256: f16 factors, for each 32 a scale and a least value of 6 bits in 12 bytes, 128 bytes of codes.
// w = d · scale · code - dmin · least.
namespace engine::ENGINE_LEVEL {

// d, dmin and the 12 bytes of scales as a panel has them: 16 of each factor, then three planes.
struct KScales : View {
  V d, m;
  I scales[2], leasts[2];  // of runs 0 to 3 and 4 to 7, a byte each
  KScales(const uint8_t* unit, int first) : View(unit, first) {
    const I a = plane(p + 64, lane), b = plane(p + 128, lane), c = plane(p + 192, lane);
    const I six = isplat(0x3f3f3f3f), four = isplat(0x0f0f0f0f), two = isplat(0x30303030);
    d = halves(p, lane);
    m = zero() - halves(p + 32, lane);
    scales[0] = a & six;
    leasts[0] = b & six;
    scales[1] = (c & four) | (shr<2>(a) & two);
    leasts[1] = (shr<4>(c) & four) | (shr<2>(b) & two);
  }
  V scale(int j, int) const {
    return d * to_float(shr(scales[j / 4], 8 * (j % 4)) & isplat(255));
  }
  V least(int j, int) const {
    return m * to_float(shr(leasts[j / 4], 8 * (j % 4)) & isplat(255));
  }
  static void put(const uint8_t* block, int n, uint8_t* unit) {
    put_half(block, n, unit);
    put_half(block + 2, n, unit + 32);
    for (int i = 0; i < 3; i++) put_quad(unit + 64 + 64 * i, n, quad(block + 4 + 4 * i));
  }
  static void put_lanes(const uint8_t* block, int64_t apart, int lane, uint8_t* unit) {
    I x[4];
    lanes_of_rows(block, apart, x);
    store_u16(unit + 2 * lane, x[0]);
    store_u16(unit + 32 + 2 * lane, shr<16>(x[0]));
    for (int i = 0; i < 3; i++) put_plane(unit + 64 + 64 * i, lane, x[1 + i]);
  }
};

struct Q4K : OnePart<256, 144>, Plain {
  static constexpr const char* kName = "q4_k";
  static constexpr int kUnit = 256, kUnitBytes = 2304, kBits = 4;
  static constexpr bool kLeast = true;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    KScales::put(block, n, unit);
    for (int j = 0; j < 8; j++) {
      uint8_t q[32];
      take_bits(block + 16 + 32 * (j / 2), 4 * (j % 2), 15, q);
      put_nibbles(q, n, unit + 256 + 256 * j);
    }
  }
  static void put_lanes(const StoredRows& r, int64_t row, int64_t k, int lane, uint8_t* unit) {
    const uint8_t* block = at(r, row + lane, k);
    KScales::put_lanes(block, r.rowBytes[0], lane, unit);
    for (int j = 0; j < 8; j += 2) {
      I x[8], low[8], high[8];
      lanes_of_rows(block + 16 + 16 * j, r.rowBytes[0], x);
      split_halves(x, low, high);
      put_nibbles(low, lane, unit + 256 + 256 * j);
      put_nibbles(high, lane, unit + 512 + 256 * j);
    }
  }
  struct Unit : KScales {
    using KScales::KScales;
    void codes(int j, I (&c)[8]) const {
      nibbles(p + 256 + 256 * j, lane, c);
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
