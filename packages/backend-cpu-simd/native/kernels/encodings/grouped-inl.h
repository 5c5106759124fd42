// Groups of integers with a scale of their own in a second part (compressed-tensors' pack-quantized, symmetric).
// Groups are multiples of 32 inputs; a panel repeats a scale for each 32, so int4 is laid out as q4_0, int8 as q8_0.
namespace engine::ENGINE_LEVEL {

template <int Bits>
struct Grouped : Plain {
  static constexpr int kParts = 2, kBlock = 32;
  static int64_t row_bytes(int32_t part, int64_t depth, int32_t group) {
    if (part >= kParts || group < 32 || group % 32 || depth % group) return -1;
    return part == 0 ? depth * Bits / 8 : depth / group * 2;
  }
  // Of stored rows: bytes of 32 codes, and scales as they are gathered.
  static constexpr int kRunBytes = 4 * Bits;
  static V scales(const uint8_t* from) { return load((const F16*)from); }
  static const uint8_t* codes_at(const StoredRows& r, int64_t row, int64_t k) { return r.part[0] + row * r.rowBytes[0] + k * Bits / 8; }
  static const uint8_t* scale_at(const StoredRows& r, int64_t row, int64_t k) { return r.part[1] + row * r.rowBytes[1] + (uint32_t)k / (uint32_t)r.group * 2; }
};

// The scale is f16.
struct Int4 : Grouped<4> {
  static constexpr const char* kName = "int4";
  static constexpr int kUnit = Q4_0::kUnit, kUnitBytes = Q4_0::kUnitBytes, kBits = 4, kZero = 8;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* from = codes_at(r, row, k);
    put_half(scale_at(r, row, k), n, unit + k % 64);
    for (int i = 0; i < 4; i++) {
      // Codes 0 to 3 go to the low halves of four bytes, 4 to 7 to the high ones.
      const uint32_t x = quad(from + 4 * i), even = x & 0x0f0f0f0f, odd = x >> 4 & 0x0f0f0f0f;
      const uint32_t a = even | even >> 12, b = odd | odd >> 12;
      put_quad(unit + 64 + k % 64 * 8 + 64 * i, n, (a & 0xff) | (b & 0xff) << 8 | (a & 0xff00) << 8 | (b & 0xff00) << 16);
    }
  }
  static void put_lanes(const StoredRows& r, int64_t row, int64_t k, int lane, uint8_t* unit) {
    put_halves(scale_at(r, row + lane, k), r.rowBytes[1], lane, unit + k % 64);
    I x[4];
    lanes_of_rows(codes_at(r, row + lane, k), r.rowBytes[0], x);
    const I mask = isplat(0x0f0f0f0f), first = isplat(0xff), second = isplat(0xff00);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      const I even = x[i] & mask, odd = shr<4>(x[i]) & mask, a = even | shr<12>(even), b = odd | shr<12>(odd);
      put_plane(unit + 64 + k % 64 * 8 + 64 * i, lane, (a & first) | shl<8>(b & first) | shl<8>(a & second) | shl<16>(b & second));
    }
  }
  // 32 codes of kLanes rows, each eight as 0 2 4 6 and 1 3 5 7; and rounded inputs in that order.
  static void stored(const uint8_t* from, int64_t apart, I (&c)[8]) {
    const I low = isplat(0x0f0f0f0f);
    I x[4];
    rows_to_lanes(from, apart, x);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      c[2 * i] = x[i] & low;
      c[2 * i + 1] = shr<4>(x[i]) & low;
    }
  }
  static void turn(int8_t (&codes)[32]) {
    int8_t turned[32];
    for (int i = 0; i < 32; i++) turned[i] = codes[i / 8 * 8 + i % 4 * 2 + i / 4 % 2];
    memcpy(codes, turned, sizeof turned);
  }
  using Unit = Q4_0::Unit;
};

struct Int8 : Grouped<8> {
  static constexpr const char* kName = "int8";
  static constexpr int kUnit = Q8_0::kUnit, kUnitBytes = Q8_0::kUnitBytes, kBits = 8;
  static void put(const StoredRows& r, int64_t row, int64_t k, int n, uint8_t* unit) {
    const uint8_t* from = codes_at(r, row, k);
    put_half(scale_at(r, row, k), n, unit + k % 64);
    for (int i = 0; i < 8; i++) put_quad(unit + 64 + k % 64 * 16 + 64 * i, n, quad(from + 4 * i) ^ 0x80808080);
  }
  static void put_lanes(const StoredRows& r, int64_t row, int64_t k, int lane, uint8_t* unit) {
    put_halves(scale_at(r, row + lane, k), r.rowBytes[1], lane, unit + k % 64);
    I q[8];
    lanes_of_rows(codes_at(r, row + lane, k), r.rowBytes[0], q);
    for (I& x : q) x = x ^ isplat((int32_t)0x80808080);
    put_bytes(q, lane, unit + 64 + k % 64 * 16);
  }
  using Unit = Q8_0::Unit;
};

// The same with a scale in bf16.
template <class Base>
struct Bf16Scales : Base {
  static V scales(const uint8_t* from) { return load((const Bf16*)from); }
  struct Unit : Base::Unit {
    using Base::Unit::Unit;
    V scale(int j, int) const {
      return load((const Bf16*)(this->p + 32 * j + 2 * this->lane));
    }
  };
};
struct Int4Bf16 : Bf16Scales<Int4> {
  static constexpr const char* kName = "int4 bf16";
};
struct Int8Bf16 : Bf16Scales<Int8> {
  static constexpr const char* kName = "int8 bf16";
};

}  // namespace engine::ENGINE_LEVEL
