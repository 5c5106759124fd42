#include "link.h"

#include <cmath>

namespace engine {

Napi::Error thrown(Napi::Env env, const Error& error) {
  Napi::Error made = Napi::Error::New(env, error.what());
  made.Set("code", Napi::String::New(env, error.code));
  return made;
}

static void at_exit(void* link) { ((Link*)link)->close(); }

Link::Link(Napi::Env env, const Level& level, int threads) : env_(env) {
  completions_ = Completions::New(env, "engine device", 0, 1, this);
  completions_.Unref(env);
  device_ = std::make_shared<Device>(level, threads, [this](Job* job) { completions_.NonBlockingCall(job); });
  live_ = device_->live;
  // Hooks run in reverse order: the threads are joined before the completions end.
  napi_add_env_cleanup_hook(env, at_exit, this);
}

const std::shared_ptr<Device>& Link::device() const {
  if (!device_) fail("disposed", "The device was closed.");
  return device_;
}

void Link::close() {
  if (!device_) return;
  napi_remove_env_cleanup_hook(env_, at_exit, this);
  device_->stop();
  device_.reset();
  completions_.Release();
}

Napi::Value Link::post(Napi::Env env, std::function<void()> work, std::function<Napi::Value(Napi::Env)> resolve) {
  device();
  const auto deferred = Napi::Promise::Deferred::New(env);
  auto job = std::make_unique<Job>();
  job->work = std::move(work);
  job->settle = [env, deferred, link = shared_from_this(), resolve = std::move(resolve)](const Error* error) {
    if (error) return deferred.Reject(thrown(env, *error).Value());
    try {
      deferred.Resolve(resolve(env));
    } catch (const Error& late) {
      deferred.Reject(thrown(env, late).Value());
    } catch (const Napi::Error& late) {
      deferred.Reject(late.Value());
    }
  };
  if (pending_++ == 0) completions_.Ref(env);
  device_->post(std::move(job));
  return deferred.Promise();
}

void Link::settle(Napi::Env env, Napi::Function, Link* link, Job* raw) {
  const std::unique_ptr<Job> job(raw);
  if (!(napi_env)env || !job) return;
  // The job keeps the link until it is gone.
  if (--link->pending_ == 0) link->completions_.Unref(env);
  job->settle(job->error.get());
}

Ints ints(const Napi::Value& value, const char* what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) fail("bad-option", "%s must be an Int32Array.", what);
  auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.ElementLength()};
}

Bytes bytes(const Napi::Value& value, const char* what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) fail("bad-option", "%s must be a Uint8Array.", what);
  auto array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.ElementLength()};
}

Floats floats(const Napi::Value& value, const char* what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) fail("bad-option", "%s must be a Float32Array.", what);
  auto array = value.As<Napi::Float32Array>();
  return {array.Data(), array.ElementLength()};
}

uint64_t whole(const Napi::Value& value, const char* what) {
  const double x = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(x >= 0) || x > 9007199254740992.0 || x != std::floor(x)) fail("bad-option", "%s must be a whole number from 0.", what);
  return (uint64_t)x;
}

}  // namespace engine
