#include "state.h"

#include <cstring>

#include "device.h"

namespace engine {

Napi::Function StateObject::define(Napi::Env env) {
  return DefineClass(env, "State",
                     {
                         InstanceMethod("bytes", &StateObject::size),
                         InstanceMethod("copy", &StateObject::copy),
                         InstanceMethod("read", &StateObject::read),
                         InstanceMethod("write", &StateObject::write),
                         InstanceMethod("dispose", &StateObject::dispose),
                     });
}

// new State(device, specs, blockTokens, blocks, widths, slots)
StateObject::StateObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  guard(info.Env(), [&] {
    link = unwrapped<DeviceObject>(info[0]).link;
    const Ints specs = ints(info[1], "specs"), blocks = ints(info[3], "blocks"), widths = ints(info[4], "widths");
    const uint64_t slots = whole(info[5], "slots");
    if (specs.size % 6) fail("bad-option", "Cache specs must have six numbers each.");
    const uint64_t blockTokens = whole(info[2], "blockTokens");
    state = std::make_shared<State>(link->device(), specs.data, specs.size / 6, blockTokens <= 256 ? (int32_t)blockTokens : 0,
                                    std::vector<int32_t>(blocks.data, blocks.data + blocks.size),
                                    std::vector<int32_t>(widths.data, widths.data + widths.size), slots <= 1 << 24 ? (int32_t)slots : -1);
    info.This().As<Napi::Object>().TypeTag(&tag);
  });
}

Napi::Value StateObject::size(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), (double)state->bytes()); }

// copy(moves): [n, 6]; all are checked before the first is made.
Napi::Value StateObject::copy(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    auto moves = std::make_shared<std::vector<int32_t>>(copied<int32_t>(info[0], napi_int32_array, "moves"));
    if (moves->size() % 6) fail("bad-option", "copy: moves must have six numbers each.");
    for (size_t i = 0; i < moves->size(); i += 6) state->check_move(&(*moves)[i]);
    return link->post(
        info.Env(),
        [s = state, moves] {
          for (size_t i = 0; i < moves->size(); i += 6) s->copy(&(*moves)[i]);
        },
        [](Napi::Env env) { return env.Undefined(); });
  });
}

// read(cache, block, into)
Napi::Value StateObject::read(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const int cache = (int)whole(info[0], "cache");
    const int32_t block = (int32_t)whole(info[1], "block");
    const size_t n = bytes(info[2], "into").size;
    state->block(cache, block, n);
    auto held = std::make_shared<std::vector<uint8_t>>();
    auto into = std::make_shared<Napi::ObjectReference>(Napi::Persistent(info[2].As<Napi::Object>()));
    return link->post(
        info.Env(),
        [s = state, cache, block, n, held] {
          held->resize(n);
          s->read(cache, block, held->data(), n);
        },
        [held, into](Napi::Env env) {
          const Bytes to = bytes(into->Value(), "into");
          if (to.size != held->size()) fail("bad-option", "read: the array changed its size.");
          memcpy(to.data, held->data(), to.size);
          return env.Undefined();
        });
  });
}

// write(cache, block, from)
Napi::Value StateObject::write(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const int cache = (int)whole(info[0], "cache");
    const int32_t block = (int32_t)whole(info[1], "block");
    const Bytes from = bytes(info[2], "from");
    state->block(cache, block, from.size);
    auto held = std::make_shared<std::vector<uint8_t>>(from.data, from.data + from.size);
    return link->post(
        info.Env(), [s = state, cache, block, held] { s->write(cache, block, held->data(), held->size()); },
        [](Napi::Env env) { return env.Undefined(); });
  });
}

Napi::Value StateObject::dispose(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    return link->post(info.Env(), [s = state] { s->release(); }, [](Napi::Env env) { return env.Undefined(); });
  });
}

}  // namespace engine
