// A block of 256: 128 bytes of low bits, 64 of high ones, a signed scale for each 16, f16 factor.
// w = d · scale · (code - 32).
namespace engine::ENGINE_LEVEL {

struct Q6K : OnePart<256, 210>, Plain {
  static constexpr const char* kName = "q6_k";
  static constexpr int kUnit = 256, kUnitBytes = 3392, kBits = 6, kZero = 32, kSub = 16;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* block = at(r, row, k);
    put_half(block + 208, n, unit);
    for (int i = 0; i < 16; i++) unit[64 + 16 * i + n] = block[192 + i];
    for (int j = 0; j < 8; j++) {
      uint8_t q[32];
      take_bits(block + 64 * (j / 4) + 32 * (j % 2), j % 4 / 2 * 4, 15, q);
      add_bits(block + 128 + 32 * (j / 4), 2 * (j % 4), 3, 4, q);
      uint8_t* to = unit + 320 + 384 * j;
      put_nibbles(q, n, to);
      put_pairs(q, n, 4, to + 256);
    }
  }
  static void put_lanes(const StoredRows& r, int64_t row, int64_t k, int lane, uint8_t* unit) {
    const uint8_t* block = at(r, row + lane, k);
    const int64_t apart = r.rowBytes[0];
    put_halves(block + 208, apart, lane, unit);
    I scales[4];
    lanes_of_rows(block + 192, apart, scales);
    unrolled<16>([&](auto i) __attribute__((always_inline)) {
      constexpr int n = decltype(i)::value;
      store_s8((int8_t*)unit + 64 + 16 * n + lane, sar<24>(shl<24 - 8 * (n % 4)>(scales[n / 4])));
    });
    for (int half = 0; half < 2; half++) {
      I x[2][8], codes[4][8], top[8];
      for (int i = 0; i < 2; i++) {
        lanes_of_rows(block + 64 * half + 32 * i, apart, x[i]);
        split_halves(x[i], codes[i], codes[i + 2]);
      }
      lanes_of_rows(block + 128 + 32 * half, apart, top);
      unrolled<4>([&](auto run) __attribute__((always_inline)) {
        constexpr int n = decltype(run)::value;
        uint8_t* to = unit + 320 + 384 * (4 * half + n);
        put_nibbles(codes[n], lane, to);
        for (int p = 0; p < 2; p++) {
          I all = isplat(0);
          unrolled<4>([&](auto i) __attribute__((always_inline)) {
            constexpr int m = decltype(i)::value;
            all = all | (shifted<2 * m - 2 * n>(top[4 * p + m]) & isplat(0x03030303 << 2 * m));
          });
          put_plane(to + 256 + 64 * p, lane, all);
        }
      });
    }
  }
  struct Unit : View {
    using View::View;
    void codes(int j, I (&c)[8]) const {
      nibbles(p + 320 + 384 * j, lane, c);
      pairs<4>(p + 576 + 384 * j, lane, c);
    }
    V scale(int j, int h) const {
      return halves(p, lane) * to_float(load_s8(p + 64 + 16 * (2 * j + h) + lane));
    }
  };
};

}  // namespace engine::ENGINE_LEVEL
