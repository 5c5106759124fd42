// The module: { levels, ops, layout, Device, Weights, State, Plan }. Nothing global: every Node environment that loads
// it (the main one, worker threads) has its own devices.
#include "device.h"
#include "plan.h"
#include "state.h"
#include "weights.h"

namespace engine {

// layout(name, depth, group): { code, rowBytes, panelBytes } of a storage type with kernels, for rows of this depth.
static Napi::Value layout(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const std::string name = info[0].ToString();
    const int64_t depth = (int64_t)whole(info[1], "depth");
    const uint64_t group = whole(info[2], "group");
    const QuantizedKernels& kernels = *levels[0].quantized;
    for (int32_t i = 0; i < kernels.count; i++) {
      const Encoding& encoding = kernels.encodings[i];
      if (name != encoding.name || depth < 1 || depth > INT32_MAX || group > INT32_MAX) continue;
      auto found = Napi::Object::New(info.Env());
      auto rows = Napi::Array::New(info.Env());
      for (int32_t part = 0; part < encoding.parts; part++) {
        const int64_t bytes = encoding.rowBytes(part, depth, (int32_t)group);
        if (bytes < 0) return info.Env().Undefined();
        rows[part] = Napi::Number::New(info.Env(), (double)bytes);
      }
      found["code"] = Napi::Number::New(info.Env(), i);
      found["rowBytes"] = rows;
      found["panelBytes"] = Napi::Number::New(info.Env(), (double)encoding.panelBytes(depth));
      return found;
    }
    return info.Env().Undefined();
  });
}

// roundGroups(level, values, columns, group, bits, importance or undefined, packed, scale)
static Napi::Value round_groups(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const std::string wanted = info[0].ToString();
    const Floats values = floats(info[1], "values");
    const uint64_t columns = whole(info[2], "columns"), group = whole(info[3], "group"), bits = whole(info[4], "bits");
    const Floats importance = info[5].IsUndefined() ? Floats{nullptr, 0} : floats(info[5], "importance");
    const Bytes packed = bytes(info[6], "packed"), scale = bytes(info[7], "scale");
    const bool whole = group >= 32 && group % 32 == 0 && columns > 0 && columns % group == 0 && values.size % columns == 0;
    if (!whole || (bits != 4 && bits != 8)) fail("bad-option", "roundGroups: lines must be whole groups of a multiple of 32, of 4 or 8 bits.");
    if (importance.data && importance.size != columns) fail("bad-option", "roundGroups: importance must have one number for each column.");
    if (packed.size != values.size * bits / 8 || scale.size != values.size / group * 2) fail("bad-option", "roundGroups: the results have other sizes.");
    for (int i = 0; i < levelCount; i++) {
      if (wanted != levels[i].name || !levels[i].here()) continue;
      levels[i].kernels->round_groups({values.data, (int64_t)values.size, (int64_t)columns, (int64_t)group, (int)bits, importance.data, packed.data, (uint16_t*)scale.data});
      return info.Env().Undefined();
    }
    fail("unsupported", "This machine cannot run instruction set \"%s\".", wanted.c_str());
  });
}

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
  exports["layout"] = Napi::Function::New(env, layout);
  exports["roundGroups"] = Napi::Function::New(env, round_groups);
  exports["Device"] = DeviceObject::define(env);
  exports["Weights"] = WeightsObject::define(env);
  exports["State"] = StateObject::define(env);
  exports["Plan"] = PlanObject::define(env);
  return exports;
}

NODE_API_MODULE(engine_cpu_simd, init)

}  // namespace engine
