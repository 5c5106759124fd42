// Keys that are cached unturned and turned by place · speeds when they are read: pairs (i, i + pairs). Angles are
// advanced in doubles from the beginning of a segment, so that they do not depend on which keys a row sees.
namespace engine::ENGINE_LEVEL {

struct Turns {
  static constexpr int64_t kRun = 16;

  Turns(const float* speeds, int64_t pairs, uint8_t* scratch) : speeds(speeds), pairs(pairs) {
    at = (double*)scratch;
    stride = at + 2 * pairs;
    offsets = (float*)(stride + 2 * pairs);
    base = offsets + 2 * pairs * kRun;
    keys = base + 2 * pairs;
    for (int64_t i = 0; i < pairs; i++) {
      const double cos = ::cos((double)speeds[i]), sin = ::sin((double)speeds[i]);
      double c = 1, s = 0;
      for (int64_t r = 0; r < kRun; r++) {
        offsets[2 * pairs * r + i] = (float)c;
        offsets[2 * pairs * r + pairs + i] = (float)s;
        advance(c, s, cos, sin);
      }
      stride[i] = c;
      stride[pairs + i] = s;
    }
  }

  static void advance(double& c, double& s, double cos, double sin) {
    const double next = c * cos - s * sin;
    s = s * cos + c * sin;
    c = next;
  }

  // Before the keys of a segment are asked for, in ascending order.
  void begin(int64_t place) {
    run = place;
    for (int64_t i = 0; i < pairs; i++) {
      at[i] = ::cos((double)place * speeds[i]);
      at[pairs + i] = ::sin((double)place * speeds[i]);
    }
    publish();
  }

  void seek(int64_t place) {
    while (run + kRun <= place) {
      for (int64_t i = 0; i < pairs; i++) advance(at[i], at[pairs + i], stride[i], stride[pairs + i]);
      run += kRun;
      if (run + kRun > place) publish();
    }
  }

  void publish() {
    for (int64_t i = 0; i < 2 * pairs; i++) base[i] = (float)at[i];
  }

  // The key at `place`, which seek() was called for, into to [2 · pairs].
  template <class T>
  void turn(const T* key, int64_t place, float* to) const {
    const float* offset = offsets + 2 * pairs * (place - run);
    for (int64_t i = 0; i < pairs; i += kLanes) {
      const int n = (int)(pairs - i < kLanes ? pairs - i : kLanes);
      const V bc = load(base + i, n), bs = load(base + pairs + i, n);
      const V oc = load(offset + i, n), os = load(offset + pairs + i, n);
      const V cos = bc * oc - bs * os, sin = bs * oc + bc * os;
      const V a = load(key + i, n), b = load(key + pairs + i, n);
      store(to + i, a * cos - b * sin, n);
      store(to + pairs + i, b * cos + a * sin, n);
    }
  }

  // A query in place.
  void turn_exactly(float* query, int64_t place) const {
    for (int64_t i = 0; i < pairs; i++) {
      const double angle = (double)place * speeds[i];
      const float cos = (float)::cos(angle), sin = (float)::sin(angle), a = query[i], b = query[pairs + i];
      query[i] = a * cos - b * sin;
      query[pairs + i] = b * cos + a * sin;
    }
  }

  const float* speeds;
  int64_t pairs, run = 0;
  double *at, *stride;           // [cos | sin][pairs]
  float *offsets, *base, *keys;  // [kRun][cos | sin][pairs], [cos | sin][pairs], [kTileOutputs][2 · pairs]
};

}  // namespace engine::ENGINE_LEVEL
