#pragma once
#include "../state.h"
#include "link.h"

namespace engine {

class StateObject : public Napi::ObjectWrap<StateObject> {
 public:
  static constexpr napi_type_tag tag = {0x5d1f2a7c9b3e4f03, 0x8c6d20b7e4a91f53};
  static constexpr const char* name = "state";
  static Napi::Function define(Napi::Env env);
  explicit StateObject(const Napi::CallbackInfo& info);
  std::shared_ptr<Link> link;
  std::shared_ptr<State> state;

 private:
  Napi::Value size(const Napi::CallbackInfo& info);
  Napi::Value copy(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
};

}  // namespace engine
