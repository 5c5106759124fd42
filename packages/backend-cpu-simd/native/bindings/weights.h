#pragma once
#include "../weights.h"
#include "link.h"

namespace engine {

class WeightsObject : public Napi::ObjectWrap<WeightsObject> {
 public:
  static constexpr napi_type_tag tag = {0x5d1f2a7c9b3e4f02, 0x8c6d20b7e4a91f53};
  static constexpr const char* name = "weight store";
  static Napi::Function define(Napi::Env env);
  explicit WeightsObject(const Napi::CallbackInfo& info);
  std::shared_ptr<Link> link;
  std::shared_ptr<Weights> weights;

 private:
  Napi::Value map(const Napi::CallbackInfo& info);
  Napi::Value reserve(const Napi::CallbackInfo& info);
  Napi::Value copy(const Napi::CallbackInfo& info);
  Napi::Value defer(const Napi::CallbackInfo& info);
  Napi::Value settle(const Napi::CallbackInfo& info);
  Napi::Value pack_bytes(const Napi::CallbackInfo& info);
  Napi::Value read_seconds(const Napi::CallbackInfo& info);
  Napi::Value source(const Napi::CallbackInfo& info);
  Napi::Value stream(const Napi::CallbackInfo& info);
  Napi::Value experts(const Napi::CallbackInfo& info);
  Napi::Value table(const Napi::CallbackInfo& info);
  Napi::Value streamed(const Napi::CallbackInfo& info);
  Napi::Value fill(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
};

}  // namespace engine
