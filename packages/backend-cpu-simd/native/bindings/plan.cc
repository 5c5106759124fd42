#include "plan.h"

#include <cstring>

#include "device.h"
#include "state.h"
#include "weights.h"

namespace engine {

Napi::Function PlanObject::define(Napi::Env env) {
  return DefineClass(env, "Plan",
                     {
                         InstanceMethod("run", &PlanObject::run),
                         InstanceMethod("abort", &PlanObject::abort),
                         InstanceMethod("logits", &PlanObject::logits),
                         InstanceMethod("dispose", &PlanObject::dispose),
                     });
}

static std::vector<std::string> strings(const Napi::Value& value) {
  std::vector<std::string> all;
  const auto array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) all.push_back(array.Get(i).ToString());
  return all;
}

// [n, 8] region or -1, offset, bytes, type, segment or -1, unit or -1, table or -1, first of its rows
static std::vector<WeightPlace> weight_places(const Napi::Value& value) {
  const auto numbers = copied<double>(value, napi_float64_array, "places");
  std::vector<WeightPlace> places;
  for (size_t i = 0; i + 7 < numbers.size(); i += 8) {
    const double type = numbers[i + 3];
    if (type < 0 || type == (int)Type::i32 || type > 1 << 24) fail("unsupported", "A weight has a type the native CPU backend does not read.");
    places.push_back({(int32_t)numbers[i], (uint64_t)numbers[i + 1], (uint64_t)numbers[i + 2], (Type)(int32_t)type, (int32_t)numbers[i + 4],
                      (int32_t)numbers[i + 5], (int32_t)numbers[i + 6], (int64_t)numbers[i + 7]});
  }
  return places;
}

// [n, 8] encoding, panels, rows, begin, depth, group, region and offset of the second part
static std::vector<BlocksPlace> blocks_places(const Napi::Value& value) {
  const auto at = copied<double>(value, napi_float64_array, "blocks");
  std::vector<BlocksPlace> places;
  for (size_t i = 0; i + 7 < at.size(); i += 8) {
    for (size_t k = 0; k < 8; k++) {
      if (!(at[i + k] >= 0 && at[i + k] <= 9007199254740991.0)) fail("bad-option", "A weight's place is not a whole number.");
    }
    places.push_back({(int32_t)at[i], at[i + 1] != 0, (int64_t)at[i + 2], (int64_t)at[i + 3], (int64_t)at[i + 4], (int32_t)at[i + 5],
                      (int32_t)at[i + 6], (uint64_t)at[i + 7]});
  }
  return places;
}

// new Plan(weights, state, ops, words, places, constants, caches, outputs, states, blocks)
PlanObject::PlanObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  guard(info.Env(), [&] {
    auto& weights = unwrapped<WeightsObject>(info[0]);
    auto& state = unwrapped<StateObject>(info[1]);
    link_ = weights.link;
    const auto ops = strings(info[2]);
    const Ints words = ints(info[3], "words"), caches = ints(info[6], "caches"), states = ints(info[8], "states");
    const auto constants = copied<float>(info[5], napi_float32_array, "constants");
    outputs_ = strings(info[7]);
    const Program program = Program::parse(words.data, words.size, ops.size());
    if (program.outputs.size() != outputs_.size()) fail("backend-failed", "The program's outputs have no names.");
    plan_ = std::make_shared<Plan>(weights.weights, state.state, ops, program, weight_places(info[4]), blocks_places(info[9]), constants.data(), constants.size(),
                                   std::vector<int32_t>(caches.data, caches.data + caches.size),
                                   std::vector<int32_t>(states.data, states.data + states.size));
    info.This().As<Napi::Object>().TypeTag(&tag);
  });
}

// run(step, out, id)
Napi::Value PlanObject::run(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    auto running = std::make_shared<Running>();
    read_step(info[0].As<Napi::Object>(), running->input);
    running->input.check(plan_->limits, *plan_->state);
    const auto out = info[1].As<Napi::Object>();
    check_output(out, outputs_, *plan_, *running);
    running->out = Napi::Persistent(out);
    const uint64_t id = whole(info[2], "id");
    (*running_)[id] = running;
    return link_->post(
        info.Env(),
        [plan = plan_, running, all = running_, id] { plan->run(running->input, running->asked, running->result, running->abort); },
        [running, names = outputs_](Napi::Env env) {
          fill_output(names, *running);
          return env.Undefined();
        });
  });
}

// abort(id): the step ends between two ops, or never begins. Also forgets a step that has ended.
Napi::Value PlanObject::abort(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const auto found = running_->find(whole(info[0], "id"));
    if (found != running_->end()) {
      found->second->abort = true;
      running_->erase(found);
    }
    return info.Env().Undefined();
  });
}

// logits(row, into)
Napi::Value PlanObject::logits(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const int32_t row = (int32_t)whole(info[0], "row");
    if (!info[1].IsTypedArray() || info[1].As<Napi::TypedArray>().TypedArrayType() != napi_float32_array ||
        info[1].As<Napi::TypedArray>().ElementLength() != (size_t)plan_->limits.vocab) {
      fail("bad-option", "logits: into must be a Float32Array of %d numbers.", plan_->limits.vocab);
    }
    auto held = std::make_shared<std::vector<float>>();
    auto into = std::make_shared<Napi::ObjectReference>(Napi::Persistent(info[1].As<Napi::Object>()));
    return link_->post(
        info.Env(), [plan = plan_, row, held] { plan->logits(row, *held); },
        [held, into](Napi::Env env) {
          auto to = Napi::Value(into->Value()).As<Napi::Float32Array>();
          if (to.ElementLength() != held->size()) fail("bad-option", "logits: the array changed its size.");
          memcpy(to.Data(), held->data(), 4 * held->size());
          return env.Undefined();
        });
  });
}

Napi::Value PlanObject::dispose(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    return link_->post(info.Env(), [plan = plan_] { plan->release(); }, [](Napi::Env env) { return env.Undefined(); });
  });
}

}  // namespace engine
