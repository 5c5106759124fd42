// The JavaScript side of a device: promises for jobs, and an end that never comes too early for a thread.
#pragma once
#include <napi.h>

#include <memory>
#include <utility>

#include "../device.h"

namespace engine {

// An EngineError in the making: src/native-error.ts gives it its class.
Napi::Error thrown(Napi::Env env, const Error& error);

// Runs a binding; our errors become JavaScript's.
template <class Body>
auto guard(Napi::Env env, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw thrown(env, error);
  } catch (const std::bad_alloc&) {
    throw thrown(env, Error("out-of-memory", "The system gave no more memory."));
  }
}

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(Napi::Env env, const Level& level, int threads);
  ~Link() { close(); }
  Link(const Link&) = delete;
  const std::shared_ptr<Device>& device() const;
  int64_t live_bytes() const { return *live_; }

  // Posts work; `resolve`, on JavaScript's thread, makes what the promise gives.
  Napi::Value post(Napi::Env env, std::function<void()> work, std::function<Napi::Value(Napi::Env)> resolve);
  // Joins the device's threads. Promises still open stay so: only an ending process closes before its jobs.
  void close();

 private:
  static void settle(Napi::Env env, Napi::Function, Link* link, Job* job);
  using Completions = Napi::TypedThreadSafeFunction<Link, Job, &Link::settle>;
  napi_env env_;
  Completions completions_;
  std::shared_ptr<Device> device_;
  Live live_;
  int pending_ = 0;
};

// A JavaScript object of one of our classes, checked by its tag; T::tag and T::name say which.
template <class T>
T& unwrapped(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&T::tag)) {
    fail("bad-option", "A %s of this device was expected.", T::name);
  }
  return *Napi::ObjectWrap<T>::Unwrap(value.As<Napi::Object>());
}

struct Ints {
  const int32_t* data;
  size_t size;
};
Ints ints(const Napi::Value& value, const char* what);
// The values of a typed array of 32-bit numbers of this kind.
template <class T>
std::vector<T> copied(const Napi::Value& value, napi_typedarray_type type, const char* what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) fail("bad-option", "%s has the wrong type of array.", what);
  const auto array = value.As<Napi::TypedArray>();
  const T* from = (const T*)((const uint8_t*)array.ArrayBuffer().Data() + array.ByteOffset());
  return array.ElementLength() ? std::vector<T>(from, from + array.ElementLength()) : std::vector<T>();
}
struct Bytes {
  uint8_t* data;
  size_t size;
};
Bytes bytes(const Napi::Value& value, const char* what);
struct Floats {
  const float* data;
  size_t size;
};
Floats floats(const Napi::Value& value, const char* what);
// A whole number from 0 to 2^53.
uint64_t whole(const Napi::Value& value, const char* what);

}  // namespace engine
