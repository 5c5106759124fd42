// A product over the activations that a program asked for. Those in bf16 come as f32 that bf16 holds.
namespace engine::ENGINE_LEVEL {

inline void multiply_as_told(const Call& call, const QuantizedProduct& p, const Share& share) {
  const Encoding& encoding = *p.w->encoding;
  (call.attrs.activations == Activations::int8 ? encoding.multiplyInt8 : encoding.multiply)(p, share);
}

inline void round_as_told(const QuantizedProduct& p, uint8_t* to, const Share& share) { round_part(*p.w->encoding->layout, p, to, share); }

}  // namespace engine::ENGINE_LEVEL
