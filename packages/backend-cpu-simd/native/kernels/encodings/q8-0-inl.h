// A block of 32: f16 scale, 32 signed bytes. w = d · code.
namespace engine::ENGINE_LEVEL {

struct Q8_0 : OnePart<32, 34>, Plain {
  static constexpr const char* kName = "q8_0";
  static constexpr int kUnit = 64, kUnitBytes = 1088, kBits = 8;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    put_half(block, n, unit + k % 64);
    put_bytes(block + 2, n, unit + 64 + k % 64 * 16);
  }
  static void put_lanes(const StoredRows& r, int64_t row, int64_t k, int lane, uint8_t* unit) {
    const uint8_t* block = at(r, row + lane, k);
    put_halves(block, r.rowBytes[0], lane, unit + k % 64);
    I q[8];
    lanes_of_rows(block + 2, r.rowBytes[0], q);
    put_bytes(q, lane, unit + 64 + k % 64 * 16);
  }
  struct Unit : View {
    using View::View;
    void codes(int j, I (&c)[8]) const {
      bytes(p + 64 + 512 * j, lane, c);
    }
    V scale(int j, int) const {
      return halves(p + 32 * j, lane);
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
