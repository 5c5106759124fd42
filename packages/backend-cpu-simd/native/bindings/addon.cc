// The module: { levels, ops, Device, Weights, State, Plan }. Nothing global: every Node environment that loads
// it (the main one, worker threads) has its own devices.
#include "device.h"
#include "plan.h"
#include "state.h"
#include "weights.h"

namespace engine {

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto here = Napi::Array::New(env);
  for (int i = 0; i < levelCount; i++) {
    if (levels[i].here()) here[here.Length()] = Napi::String::New(env, levels[i].name);
  }
  auto ops = Napi::Array::New(env);
#define X(op, name) ops[ops.Length()] = Napi::String::New(env, op);
  ENGINE_KERNELS(X)
#undef X
  exports["levels"] = here;
  exports["ops"] = ops;
  exports["Device"] = DeviceObject::define(env);
  exports["Weights"] = WeightsObject::define(env);
  exports["State"] = StateObject::define(env);
  exports["Plan"] = PlanObject::define(env);
  return exports;
}

NODE_API_MODULE(engine_cpu_simd, init)

}  // namespace engine
