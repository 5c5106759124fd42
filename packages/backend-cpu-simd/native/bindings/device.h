#pragma once
#include "link.h"

namespace engine {

class DeviceObject : public Napi::ObjectWrap<DeviceObject> {
 public:
  static constexpr napi_type_tag tag = {0x5d1f2a7c9b3e4f01, 0x8c6d20b7e4a91f53};
  static constexpr const char* name = "device";
  static Napi::Function define(Napi::Env env);
  explicit DeviceObject(const Napi::CallbackInfo& info);
  std::shared_ptr<Link> link;

 private:
  Napi::Value live_bytes(const Napi::CallbackInfo& info);
  Napi::Value multiply_add(const Napi::CallbackInfo& info);
  Napi::Value trim(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
};

}  // namespace engine
