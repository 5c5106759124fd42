// y[t, c] = Σ_j w[c, j] · x[t − taps + 1 + j, c]; rows in front of the step's are the slot's [taps − 1, channels].
namespace engine::ENGINE_LEVEL {

struct Convolution {
  const float *x, *past;
  float *y, *kept;
  int64_t rows, channels, taps;
};

// The row `at` of the text as the step sees it, negative ones from the slot; nullptr: zeros.
inline const float* text_row(const Convolution& c, int64_t at) {
  if (at >= 0) return c.x + at * c.channels;
  return c.past ? c.past + (at + c.taps - 1) * c.channels : nullptr;
}

inline V channels_of(const Convolution& c, int64_t at, int64_t channel, int lanes) {
  const float* row = text_row(c, at);
  return row ? load(row + channel, lanes) : zero();
}

// A vector of channels over all rows of a sequence.
inline void convolve(const Convolution& c, const float* w, int64_t channel, int lanes) {
  V taps[kMostTaps];
  for (int64_t j = 0; j < c.taps; j++) {
    alignas(64) float column[kLanes] = {};
    for (int lane = 0; lane < lanes; lane++) column[lane] = w[(channel + lane) * c.taps + j];
    taps[j] = load(column);
  }
  for (int64_t t = 0; t < c.rows; t++) {
    V total = zero();
    for (int64_t j = 0; j < c.taps; j++) total = fma(taps[j], channels_of(c, t - c.taps + 1 + j, channel, lanes), total);
    store(c.y + t * c.channels + channel, total, lanes);
  }
  for (int64_t i = 0; i + 1 < c.taps; i++) {
    store(c.kept + i * c.channels + channel, channels_of(c, c.rows - c.taps + 1 + i, channel, lanes), lanes);
  }
}

void short_conv(const Call& call, const Step& step, const Share& share) {
  const Shape& shape = call.inputs[1].shape;
  const int64_t channels = shape.dims[0], taps = shape.dims[2];
  const StateView& state = step.states[call.attrs.cache];
  const Range mine = part(share, channels, 64);
  for (int32_t s = 0; s < step.sequenceCount; s++) {
    const Rows& rows = step.sequences[s];
    const int64_t first = rows.first * channels;
    const float* past = rows.readSlot < 0 ? nullptr : state.pool + rows.readSlot * state.width;
    const Convolution c{floats(call.inputs[0]) + first, past, result(call) + first, state.pool + rows.writtenSlot * state.width,
                        rows.count, channels, taps};
    for (int64_t channel = mine.begin; channel < mine.end; channel += kLanes) {
      const int64_t left = mine.end - channel;
      convolve(c, floats(call.inputs[1]), channel, (int)(left < kLanes ? left : kLanes));
    }
  }
}

}  // namespace engine::ENGINE_LEVEL
