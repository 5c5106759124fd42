// A product of float weights, and rows of x packed side by side for it: their own strides are often powers of two, which
// share few sets of a cache.
namespace engine::ENGINE_LEVEL {

constexpr int64_t kDepth = kPackedDepth;
constexpr int64_t kPackedRow = kDepth + 16;

struct Product {
  const float* x;
  const void* w;
  float* y;
  int64_t rows, depth, outputs;
  int64_t* taken;  // groups of outputs that threads took so far
};

// As f32, with zeros up to a multiple of kLanes.
template <class T>
inline void decode_padded(const T* from, int64_t n, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, load(from + i));
  if (i < n) store(to + i, load(from + i, (int)(n - i)));
}

// A block of rows at one depth. n is a multiple of kLanes, with zeros behind the end.
struct Packed {
  const float* x;
  int64_t row, rows, k, n;
};

inline Packed pack(const Product& p, int64_t row, int64_t rows, int64_t k, float* into) {
  const int64_t n = p.depth - k < kDepth ? p.depth - k : kDepth;
  for (int64_t r = 0; r < rows; r++) decode_padded(p.x + (row + r) * p.depth + k, n, into + r * kPackedRow);
  return {into, row, rows, k, (n + kLanes - 1) / kLanes * kLanes};
}

}  // namespace engine::ENGINE_LEVEL
