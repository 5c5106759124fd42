// Stores k [tokens, heads, keyDim] and v [tokens, heads, valueDim] at each row's place, in the cache's type.
namespace engine::ENGINE_LEVEL {

inline uint8_t* block_of(const CacheView& cache, int32_t sequence, int64_t place) {
  return cache.pool + cache.table[(int64_t)sequence * cache.tableWidth + (place >> cache.blockShift)] * cache.blockBytes;
}

template <class T>
inline void encode_row(const float* from, int64_t n, T* to) {
  for (int64_t i = 0; i < n; i += kLanes) {
    const int lanes = (int)(n - i < kLanes ? n - i : kLanes);
    store(to + i, load(from + i, lanes), lanes);
  }
}

template <class T>
inline void append_rows(const Call& call, const Step& step, const Share& share) {
  const CacheView& cache = step.caches[call.attrs.cache];
  const int64_t places = (int64_t)1 << cache.blockShift;
  auto [i, end] = part(share, (int64_t)step.tokens * cache.heads, 8);
  for (; i < end; i++) {
    const int64_t row = i / cache.heads, head = i % cache.heads;
    uint8_t* block = block_of(cache, step.sequence[row], step.place[row]);
    const int64_t at = head * places + (step.place[row] & (places - 1));
    encode_row(floats(call.inputs[1]) + i * cache.keyDim, cache.keyDim, (T*)block + at * cache.keyDim);
    encode_row(floats(call.inputs[2]) + i * cache.valueDim, cache.valueDim, (T*)(block + cache.valueBytes) + at * cache.valueDim);
  }
}

void append(const Call& call, const Step& step, const Share& share) {
  const Type type = step.caches[call.attrs.cache].type;
  if (type == Type::f32) append_rows<float>(call, step, share);
  if (type == Type::f16) append_rows<F16>(call, step, share);
  if (type == Type::bf16) append_rows<Bf16>(call, step, share);
}

}  // namespace engine::ENGINE_LEVEL
