#include "device.h"

#include <chrono>

#include "process-memory.h"

namespace engine {

Napi::Function DeviceObject::define(Napi::Env env) {
  return DefineClass(env, "Device",
                     {
                         InstanceMethod("liveBytes", &DeviceObject::live_bytes),
                         InstanceMethod("multiplyAdd", &DeviceObject::multiply_add),
                         InstanceMethod("trim", &DeviceObject::trim),
                         InstanceMethod("close", &DeviceObject::close),
                     });
}

// new Device(level, threads, everyThread)
DeviceObject::DeviceObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  guard(info.Env(), [&] {
    const std::string wanted = info[0].ToString();
    const uint64_t threads = whole(info[1], "threads");
    if (threads < 1 || threads > 1024) fail("bad-option", "threads must be 1 to 1024, but is %llu.", (unsigned long long)threads);
    for (int i = 0; i < levelCount; i++) {
      if (wanted == levels[i].name && levels[i].here()) link = std::make_shared<Link>(info.Env(), levels[i], (int)threads);
    }
    if (!link) fail("unsupported", "This machine cannot run instruction set \"%s\".", wanted.c_str());
    link->device()->crew.always = info[2].ToBoolean();
    info.This().As<Napi::Object>().TypeTag(&tag);
  });
}

Napi::Value DeviceObject::live_bytes(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value { return Napi::Number::New(info.Env(), (double)link->live_bytes()); });
}

// multiplyAdd(rounds, bits): operations per second of all threads on registers alone: of f32, or with bits of 4 or 8, of such
// codes with bytes.
Napi::Value DeviceObject::multiply_add(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const int64_t rounds = (int64_t)whole(info[0], "rounds");
    const int bits = info[1].IsUndefined() ? 32 : (int)whole(info[1], "bits");
    auto rate = std::make_shared<double>(0);
    return link->post(
        info.Env(),
        [rounds, bits, rate, device = link->device()] {
          std::atomic<int64_t> flops{0};
          std::atomic<float> sink{0};
          const auto begin = std::chrono::steady_clock::now();
          device->pool().run([&](int) {
            int64_t own = 0;
            if (bits == 32) sink.store(device->level.kernels->multiply_add(rounds, &own));
            else sink.store((float)(device->level.tiled ? device->level.tiled->products : device->level.quantized->products)(bits, rounds, &own));
            flops += own;
          });
          *rate = (double)flops / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        },
        [rate](Napi::Env env) { return Napi::Number::New(env, *rate); });
  });
}

// trim(): see native/process-memory.h.
Napi::Value DeviceObject::trim(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    trim_process();
    return info.Env().Undefined();
  });
}

// Resolves when all jobs posted before have ended and the threads are gone.
Napi::Value DeviceObject::close(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    return link->post(info.Env(), [] {}, [link = link](Napi::Env env) {
      link->close();
      return env.Undefined();
    });
  });
}

}  // namespace engine
