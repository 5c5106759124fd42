// The gated delta rule: for each head a state S [keyDim, valueDim], row by row S ← e^g S, S ← S + k ⊗ β (v − kᵀ S),
// o = qᵀ S. Columns of S know nothing of each other, so blocks of them are the items that threads share; each walks
// all rows of its sequence in order, in the slot that is written. Cutting a text changes no bit.
namespace engine::ENGINE_LEVEL {

struct Delta {
  const float *q, *k, *v, *g, *beta;
  float* out;
  int64_t keyHeads, heads, keyDim, valueDim;
};

// C vectors of columns from `column` on, the last of `lanes` lanes.
template <int C>
inline void delta_rows(const Delta& d, const Rows& rows, int64_t head, int64_t column, int lanes, const float* from, float* S) {
  const int64_t keyHead = head / (d.heads / d.keyHeads);
  for (int64_t i = 0; i < d.keyDim; i++) {
    for (int c = 0; c < C; c++) {
      store(S + i * d.valueDim + c * kLanes, from ? load(from + i * d.valueDim + c * kLanes, lanes) : zero(), lanes);
    }
  }
  for (int64_t row = rows.first; row < rows.first + rows.count; row++) {
    const float* k = d.k + (row * d.keyHeads + keyHead) * d.keyDim;
    const float* q = d.q + (row * d.keyHeads + keyHead) * d.keyDim;
    const int64_t value = (row * d.heads + head) * d.valueDim + column;
    alignas(64) float decays[kLanes];
    store(decays, exp(splat(d.g[row * d.heads + head])));
    const V decay = splat(decays[0]), beta = splat(d.beta[row * d.heads + head]);
    V seen[C], change[C], answer[C];
    for (int c = 0; c < C; c++) seen[c] = answer[c] = zero();
    for (int64_t i = 0; i < d.keyDim; i++) {
      for (int c = 0; c < C; c++) {
        float* at = S + i * d.valueDim + c * kLanes;
        const V s = load(at, lanes) * decay;
        store(at, s, lanes);
        seen[c] = fma(splat(k[i]), s, seen[c]);
      }
    }
    for (int c = 0; c < C; c++) change[c] = beta * (load(d.v + value + c * kLanes, lanes) - seen[c]);
    for (int64_t i = 0; i < d.keyDim; i++) {
      for (int c = 0; c < C; c++) {
        float* at = S + i * d.valueDim + c * kLanes;
        const V s = fma(splat(k[i]), change[c], load(at, lanes));
        store(at, s, lanes);
        answer[c] = fma(splat(q[i]), s, answer[c]);
      }
    }
    for (int c = 0; c < C; c++) store(d.out + value + c * kLanes, answer[c], lanes);
  }
}

void delta_rule(const Call& call, const Step& step, const Share& share) {
  const Shape &key = call.inputs[1].shape, &value = call.inputs[2].shape;
  const Delta d{floats(call.inputs[0]), floats(call.inputs[1]), floats(call.inputs[2]), floats(call.inputs[3]), floats(call.inputs[4]),
                result(call), key.dims[1], value.dims[1], key.dims[2], value.dims[2]};
  const StateView& state = step.states[call.attrs.cache];
  constexpr int64_t kColumns = 4 * kLanes;
  const int64_t blocks = (d.valueDim + kColumns - 1) / kColumns;
  auto [item, end] = part(share, step.sequenceCount * d.heads * blocks, 1);
  for (; item < end; item++) {
    const Rows& rows = step.sequences[item / blocks / d.heads];
    const int64_t head = item / blocks % d.heads, column = item % blocks * kColumns;
    const int64_t at = head * d.keyDim * d.valueDim + column;
    const float* from = rows.readSlot < 0 ? nullptr : state.pool + rows.readSlot * state.width + at;
    float* S = state.pool + rows.writtenSlot * state.width + at;
    const int64_t left = d.valueDim - column;
    if (left >= kColumns) {
      delta_rows<4>(d, rows, head, column, kLanes, from, S);
      continue;
    }
    for (int64_t c = 0; c < left; c += kLanes) {
      const int lanes = (int)(left - c < kLanes ? left - c : kLanes);
      delta_rows<1>(d, rows, head, column + c, lanes, from ? from + c : nullptr, S + c);
    }
  }
}

}  // namespace engine::ENGINE_LEVEL
