// Stores k [tokens, heads, keyDim] and v [tokens, heads, valueDim] at each row's place, in the cache's type:
// rounded there and then, so that no bit depends on how a text is cut into steps.
namespace engine::ENGINE_LEVEL {

// Whether a row of the cache has a scale.
template <class T>
constexpr bool kScaled = false;
template <>
constexpr bool kScaled<Int8> = true;

inline uint8_t* block_of(const CacheView& cache, int32_t sequence, int64_t place) {
  return cache.pool + cache.table[(int64_t)sequence * cache.tableWidth + (place >> cache.blockShift)] * cache.blockBytes;
}

// Where the first number of a key lies, `at` places into its block's heads; the next ones are kRun apart.
inline int64_t key_at(int64_t at, int64_t keyDim) { return at / kRun * kRun * keyDim + at % kRun; }

// Lanes of a row, rounded to T, `apart` elements from each other.
template <class T>
inline void put(V x, int lanes, T* to, int64_t apart) {
  if (apart == 1) return store(to, x, lanes);
  T near[kLanes];
  store(near, x, lanes);
  for (int i = 0; i < lanes; i++) to[i * apart] = near[i];
}

template <class T>
inline void encode_row(const float* from, int64_t n, T* to, int64_t apart) {
  for (int64_t i = 0; i < n; i += kLanes) {
    const int lanes = (int)(n - i < kLanes ? n - i : kLanes);
    put(load(from + i, lanes), lanes, to + i * apart, apart);
  }
}

// Where the scale of a key (0) or value (1) of an int8 cache lies, `at` places into its block's heads.
inline float* scale_of(const CacheView& cache, uint8_t* block, int value, int64_t at) {
  return (float*)(block + cache.scaleBytes) + (((int64_t)value * cache.heads) << cache.blockShift) + at;
}

// The meaning is core's roundHeads: codes of -127 to 127 by the row's largest size. NaN for what is not finite.
inline float encode_scaled(const float* from, int64_t n, Int8* to, int64_t apart) {
  V most = zero(), strange = zero();
  for (int64_t i = 0; i < n; i += kLanes) {
    const V x = load(from + i, (int)(n - i < kLanes ? n - i : kLanes));
    most = max(abs(x), most);
    strange = strange + x * zero();
  }
  const float scale = (largest(most) + sum(strange)) / 127.0f;
  if (!(scale > 0)) {
    for (int64_t i = 0; i < n; i++) to[i * apart].code = 0;
    return scale;
  }
  for (int64_t i = 0; i < n; i += kLanes) {
    const int lanes = (int)(n - i < kLanes ? n - i : kLanes);
    const V code = max(splat(-127.0f), min(splat(127.0f), load(from + i, lanes) / splat(scale)));
    put(code, lanes, to + i * apart, apart);
  }
  return scale;
}

template <class T>
inline void append_rows(const Call& call, const Step& step, const Share& share) {
  const CacheView& cache = step.caches[call.attrs.cache];
  const int64_t places = (int64_t)1 << cache.blockShift;
  // A head's rows one after the other: their keys share cache lines.
  auto [item, end] = part(share, (step.tokens + kRun - 1) / kRun * (int64_t)cache.heads, 1);
  for (; item < end; item++) {
    const int64_t head = item % cache.heads;
    const int64_t first = item / cache.heads * kRun, last = first + kRun < step.tokens ? first + kRun : step.tokens;
    for (int64_t row = first; row < last; row++) {
      uint8_t* block = block_of(cache, step.sequence[row], step.place[row]);
      const int64_t at = head * places + (step.place[row] & (places - 1)), i = row * cache.heads + head;
      const float *key = floats(call.inputs[1]) + i * cache.keyDim, *value = floats(call.inputs[2]) + i * cache.valueDim;
      T *keys = (T*)block + key_at(at, cache.keyDim), *values = (T*)(block + cache.valueBytes) + at * cache.valueDim;
      if constexpr (kScaled<T>) {
        *scale_of(cache, block, 0, at) = encode_scaled(key, cache.keyDim, keys, kRun);
        *scale_of(cache, block, 1, at) = encode_scaled(value, cache.valueDim, values, 1);
      } else {
        encode_row(key, cache.keyDim, keys, kRun);
        encode_row(value, cache.valueDim, values, 1);
      }
    }
  }
}

void append(const Call& call, const Step& step, const Share& share) {
  const Type type = step.caches[call.attrs.cache].type;
  if (type == Type::f32) append_rows<float>(call, step, share);
  if (type == Type::f16) append_rows<F16>(call, step, share);
  if (type == Type::bf16) append_rows<Bf16>(call, step, share);
  if (type == Type::int8) append_rows<Int8>(call, step, share);
}

}  // namespace engine::ENGINE_LEVEL
