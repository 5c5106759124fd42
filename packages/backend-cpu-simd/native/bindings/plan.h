#pragma once
#include <map>

#include "../plan.h"
#include "link.h"

namespace engine {

// A step on its way: its input, and what it hands back.
struct Running {
  StepInput input;
  StepResult result;
  std::vector<bool> asked;
  std::atomic<bool> abort{false};
  Napi::ObjectReference out;
};

class PlanObject : public Napi::ObjectWrap<PlanObject> {
 public:
  static constexpr napi_type_tag tag = {0x5d1f2a7c9b3e4f04, 0x8c6d20b7e4a91f53};
  static constexpr const char* name = "plan";
  static Napi::Function define(Napi::Env env);
  explicit PlanObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value abort(const Napi::CallbackInfo& info);
  Napi::Value logits(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  std::shared_ptr<Link> link_;
  std::shared_ptr<Plan> plan_;
  std::vector<std::string> outputs_;
  // Steps posted and not yet settled, by the number JavaScript gave them.
  std::shared_ptr<std::map<uint64_t, std::shared_ptr<Running>>> running_ =
      std::make_shared<std::map<uint64_t, std::shared_ptr<Running>>>();
};

// step-arrays.cc
void read_step(const Napi::Object& step, StepInput& input);
void check_output(const Napi::Object& out, const std::vector<std::string>& names, const Plan& plan, Running& running);
void fill_output(const std::vector<std::string>& names, const Running& running);

}  // namespace engine
