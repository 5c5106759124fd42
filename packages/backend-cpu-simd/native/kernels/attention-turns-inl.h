// Keys that are cached unturned and turned by place · speeds when they are read: pairs (i, i + pairs). Angles are
// advanced in doubles from the beginning of a segment, so that they do not depend on which keys a row sees.
namespace engine::ENGINE_LEVEL {

struct Turns {
  Turns(const float* speeds, int64_t pairs, uint8_t* scratch) : speeds(speeds), pairs(pairs) {
    at = (double*)scratch;
    stride = at + 2 * pairs;
    offsets = (float*)(stride + 2 * pairs);
    base = offsets + 2 * pairs * kRun;
    for (int64_t i = 0; i < pairs; i++) {
      const double cos = ::cos((double)speeds[i]), sin = ::sin((double)speeds[i]);
      double c = 1, s = 0;
      for (int64_t r = 0; r < kRun; r++) {
        offsets[2 * i * kRun + r] = (float)c;
        offsets[(2 * i + 1) * kRun + r] = (float)s;
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

  // The run of keys at `place`, which seek() was called for, into to [2 · pairs][kRun].
  template <class T>
  void turn(const T* keys, float* to) const {
    for (int64_t i = 0; i < pairs; i++) {
      const V bc = splat(base[i]), bs = splat(base[pairs + i]);
      for (int lane = 0; lane < kRun; lane += kLanes) {
        const V oc = load(offsets + 2 * i * kRun + lane), os = load(offsets + (2 * i + 1) * kRun + lane);
        const V cos = bc * oc - bs * os, sin = bs * oc + bc * os;
        const V a = load(keys + i * kRun + lane), b = load(keys + (i + pairs) * kRun + lane);
        store(to + i * kRun + lane, a * cos - b * sin);
        store(to + (i + pairs) * kRun + lane, b * cos + a * sin);
      }
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
  float *offsets, *base;  // [pairs][cos | sin][kRun], [cos | sin][pairs]
};

}  // namespace engine::ENGINE_LEVEL
