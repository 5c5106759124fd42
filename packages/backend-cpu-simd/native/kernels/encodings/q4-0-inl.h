// A block of 32: f16 scale, 16 bytes of codes. w = d · (code - 8).
namespace engine::ENGINE_LEVEL {

struct Q4_0 : OnePart<32, 18>, Plain {
  static constexpr const char* kName = "q4_0";
  static constexpr int kUnit = 64, kUnitBytes = 576, kBits = 4, kZero = 8;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    put_half(block, n, unit + k % 64);
    put_split(block + 2, n, unit + 64 + k % 64 * 8);
  }
  // As put(), for kLanes outputs from `lane` on.
  static void put_lanes(const StoredRows& r, int64_t row, int64_t k, int lane, uint8_t* unit) {
    const uint8_t* block = at(r, row + lane, k);
    put_halves(block, r.rowBytes[0], lane, unit + k % 64);
    I x[4];
    lanes_of_rows(block + 2, r.rowBytes[0], x);
    const I mask = isplat(0x0f0f0f0f);
    const I q[8] = {x[0] & mask,         x[1] & mask,         x[2] & mask,         x[3] & mask,
                    shr<4>(x[0]) & mask, shr<4>(x[1]) & mask, shr<4>(x[2]) & mask, shr<4>(x[3]) & mask};
    put_nibbles(q, lane, unit + 64 + k % 64 * 8);
  }
  struct Unit : View {
    using View::View;
    void codes(int j, I (&c)[8]) const {
      nibbles(p + 64 + 256 * j, lane, c);
    }
    V scale(int j, int) const {
      return halves(p + 32 * j, lane);
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
