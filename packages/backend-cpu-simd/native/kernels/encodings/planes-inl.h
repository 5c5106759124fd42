// Codes of 32 inputs of a panel, in planes of 64 bytes: a plane has a dword for each of the 16 outputs. Vector i of
// eight holds inputs 4 i … 4 i + 3 of a run of 32, a byte each.
namespace engine::ENGINE_LEVEL {

template <int N>
struct Int {
  static constexpr int value = N;
};

// body(Int<0>), …, body(Int<N - 1>)
template <int N, class Body>
__attribute__((always_inline)) inline void unrolled(Body&& body) {
  if constexpr (N > 0) {
    unrolled<N - 1>(body);
    body(Int<N - 1>{});
  }
}

template <int N>
inline I shifted(I a) {
  if constexpr (N > 0) return shl<N>(a);
  else if constexpr (N < 0) return shr<-N>(a);
  else return a;
}

// `lane` is the first of the kLanes outputs that are wanted.
inline I plane(const uint8_t* from, int lane) { return iload(from + 4 * lane); }

// Four bits a code: four planes.
__attribute__((always_inline)) inline void nibbles(const uint8_t* from, int lane, I (&c)[8]) {
  const I low = isplat(0x0f0f0f0f);
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const I x = plane(from + 64 * i, lane);
    c[2 * i] = x & low;
    c[2 * i + 1] = shr<4>(x) & low;
  }
}

// Eight bits a code: eight planes.
__attribute__((always_inline)) inline void bytes(const uint8_t* from, int lane, I (&c)[8]) {
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) c[i] = plane(from + 64 * i, lane);
}

// Two bits a code: two planes. They become bits S and S + 1.
template <int S>
__attribute__((always_inline)) inline void pairs(const uint8_t* from, int lane, I (&c)[8]) {
  const I z[2] = {plane(from, lane), plane(from + 64, lane)};
  unrolled<8>([&](auto i) __attribute__((always_inline)) {
    constexpr int n = decltype(i)::value;
    c[n] = c[n] | (shifted<S - 2 * (n % 4)>(z[n / 4]) & isplat(0x03030303 << S));
  });
}

// One bit a code: one plane. It becomes bit S.
template <int S>
__attribute__((always_inline)) inline void singles(const uint8_t* from, int lane, I (&c)[8]) {
  const I z = plane(from, lane);
  unrolled<8>([&](auto i) __attribute__((always_inline)) {
    constexpr int n = decltype(i)::value;
    c[n] = c[n] | (shifted<S - n>(z) & isplat(0x01010101 << S));
  });
}

__attribute__((always_inline)) inline void no_codes(I (&c)[8]) {
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) c[i] = isplat(0);
}

inline V halves(const uint8_t* from, int lane) { return load((const F16*)(from + 2 * lane)); }

// The packing side: 32 codes of one output, a byte each, into the planes of output n.
inline uint64_t eight(const uint8_t* q) {
  uint64_t x;
  memcpy(&x, q, 8);
  return x;
}
inline uint32_t quad(const uint8_t* q) {
  uint32_t x;
  memcpy(&x, q, 4);
  return x;
}
inline void put_quad(uint8_t* plane, int n, uint32_t x) { memcpy(plane + 4 * n, &x, 4); }

inline void put_nibbles(const uint8_t* q, int n, uint8_t* to) {
  for (int i = 0; i < 4; i++) {
    const uint64_t x = eight(q + 8 * i) & 0x0f0f0f0f0f0f0f0f;
    put_quad(to + 64 * i, n, (uint32_t)x | (uint32_t)(x >> 32) << 4);
  }
}
inline void put_bytes(const uint8_t* q, int n, uint8_t* to) {
  for (int i = 0; i < 8; i++) put_quad(to + 64 * i, n, quad(q + 4 * i));
}
// Bits `shift` and `shift` + 1 of each code.
inline void put_pairs(const uint8_t* q, int n, int shift, uint8_t* to) {
  for (int p = 0; p < 2; p++) {
    uint32_t all = 0;
    for (int i = 0; i < 4; i++) all |= (quad(q + 16 * p + 4 * i) >> shift & 0x03030303) << 2 * i;
    put_quad(to + 64 * p, n, all);
  }
}
inline void put_singles(const uint8_t* q, int n, int shift, uint8_t* to) {
  uint32_t all = 0;
  for (int i = 0; i < 8; i++) all |= (quad(q + 4 * i) >> shift & 0x01010101) << i;
  put_quad(to, n, all);
}
inline void put_half(const uint8_t* from, int n, uint8_t* to) { memcpy(to + 2 * n, from, 2); }

// The low or high halves of 32 bytes, or two bits or one of each.
inline void take_bits(const uint8_t* from, int shift, uint8_t mask, uint8_t* q) {
  const uint64_t masks = 0x0101010101010101 * (uint64_t)mask;
  for (int i = 0; i < 4; i++) {
    const uint64_t x = eight(from + 8 * i) >> shift & masks;
    memcpy(q + 8 * i, &x, 8);
  }
}
inline void add_bits(const uint8_t* from, int shift, uint8_t mask, int up, uint8_t* q) {
  const uint64_t masks = 0x0101010101010101 * (uint64_t)mask;
  for (int i = 0; i < 4; i++) {
    const uint64_t x = eight(q + 8 * i) | (eight(from + 8 * i) >> shift & masks) << up;
    memcpy(q + 8 * i, &x, 8);
  }
}
// 16 bytes of codes as files of blocks of 32 have them, to nibbles: inputs 0 to 15 in the low halves, then the high ones.
inline void put_split(const uint8_t* from, int n, uint8_t* to) {
  for (int i = 0; i < 2; i++) {
    const uint64_t x = eight(from + 8 * i), low = x & 0x0f0f0f0f0f0f0f0f, high = x >> 4 & 0x0f0f0f0f0f0f0f0f;
    put_quad(to + 64 * i, n, (uint32_t)low | (uint32_t)(low >> 32) << 4);
    put_quad(to + 128 + 64 * i, n, (uint32_t)high | (uint32_t)(high >> 32) << 4);
  }
}
// 32 bits, that of input k in place k, to a plane of single bits.
inline void put_word(const uint8_t* from, int n, uint8_t* to) {
  const uint32_t bits = quad(from);
  uint32_t all = 0;
  for (int i = 0; i < 8; i++) all |= ((bits >> 4 * i & 15) * 0x00204081 & 0x01010101) << i;
  put_quad(to, n, all);
}

// The same for kLanes outputs at once, from output `lane` on: q[i] holds codes 4 i … 4 i + 3 of each.
template <int N>
inline void lanes_of_rows(const uint8_t* from, int64_t apart, I (&c)[N]) {
#pragma GCC unroll 4
  for (int i = 0; i < N; i += 4) rows_to_lanes(from + 4 * i, apart, c + i);
}
inline void put_plane(uint8_t* to, int lane, I x) { istore(to + 4 * lane, x); }
inline void put_nibbles(const I (&q)[8], int lane, uint8_t* to) {
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) put_plane(to + 64 * i, lane, q[2 * i] | shl<4>(q[2 * i + 1]));
}
inline void put_bytes(const I (&q)[8], int lane, uint8_t* to) {
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) put_plane(to + 64 * i, lane, q[i]);
}
// Halves that lie `apart` bytes from one another.
inline void put_halves(const uint8_t* from, int64_t apart, int lane, uint8_t* to) {
#pragma GCC unroll 16
  for (int n = 0; n < kLanes; n++) put_half(from + n * apart, lane + n, to);
}
// What low and high halves of bytes hold, as two runs of 32 codes.
inline void split_halves(const I (&x)[8], I (&low)[8], I (&high)[8]) {
  const I mask = isplat(0x0f0f0f0f);
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    low[i] = x[i] & mask;
    high[i] = shr<4>(x[i]) & mask;
  }
}

// Rows that are one part: blocks of kBlock inputs in kBytes bytes.
template <int Block, int Bytes>
struct OnePart {
  static constexpr int kParts = 1, kBlock = Block;
  static int64_t row_bytes(int32_t part, int64_t depth, int32_t) { return part || depth % Block ? -1 : depth / Block * Bytes; }
  // Where input k of a row lies, k a multiple of kBlock.
  static const uint8_t* at(const StoredRows& r, int64_t row, int64_t k) { return r.part[0] + row * r.rowBytes[0] + k / Block * Bytes; }
};

// What a unit of a panel is by default: codes are not offset, one scale for 32 inputs, nothing is added.
struct Plain {
  static constexpr int kZero = 0, kSub = 32;
  static constexpr bool kLeast = false;
};
struct View {
  const uint8_t* p;
  int lane;
  View(const uint8_t* unit, int first) : p(unit), lane(first) {}
  V least(int, int) const {
    return zero();
  }
};

}  // namespace engine::ENGINE_LEVEL
