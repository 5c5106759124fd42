#include "weights.h"

#include <cstring>

#include "device.h"

namespace engine {

Napi::Function WeightsObject::define(Napi::Env env) {
  return DefineClass(env, "Weights",
                     {
                         InstanceMethod("map", &WeightsObject::map),
                         InstanceMethod("reserve", &WeightsObject::reserve),
                         InstanceMethod("read", &WeightsObject::read),
                         InstanceMethod("readSeconds", &WeightsObject::read_seconds),
                         InstanceMethod("stream", &WeightsObject::stream),
                         InstanceMethod("streamed", &WeightsObject::streamed),
                         InstanceMethod("fill", &WeightsObject::fill),
                         InstanceMethod("dispose", &WeightsObject::dispose),
                     });
}

// new Weights(device)
WeightsObject::WeightsObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  guard(info.Env(), [&] {
    link = unwrapped<DeviceObject>(info[0]).link;
    weights = std::make_shared<Weights>(link->device());
    info.This().As<Napi::Object>().TypeTag(&tag);
  });
}

// map(fd): the region of the whole file.
Napi::Value WeightsObject::map(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), weights->map((int)whole(info[0], "fd")));
  });
}

// reserve(bytes): a region of memory.
Napi::Value WeightsObject::reserve(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), weights->reserve(whole(info[0], "bytes")));
  });
}

// read(fd, offset, region, to, bytes): copies from the file, on all threads.
Napi::Value WeightsObject::read(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    auto file = std::make_shared<File>((int)whole(info[0], "fd"));
    const uint64_t offset = whole(info[1], "offset"), to = whole(info[3], "to"), n = whole(info[4], "bytes");
    const int region = (int)whole(info[2], "region");
    return link->post(
        info.Env(), [w = weights, file, offset, region, to, n] { w->read(*file, offset, region, to, n); },
        [](Napi::Env env) { return env.Undefined(); });
  });
}

// readSeconds(region, offset, bytes): how long all threads take to read them once.
Napi::Value WeightsObject::read_seconds(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const int region = (int)whole(info[0], "region");
    const uint64_t offset = whole(info[1], "offset"), n = whole(info[2], "bytes");
    auto seconds = std::make_shared<double>(0);
    return link->post(
        info.Env(), [w = weights, region, offset, n, seconds] { *seconds = w->read_seconds(region, offset, n); },
        [seconds](Napi::Env env) { return Napi::Number::New(env, *seconds); });
  });
}

// fill(region, to, bytes): copies from JavaScript.
Napi::Value WeightsObject::fill(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const Bytes from = bytes(info[2], "fill");
    uint8_t* to = weights->at((int)whole(info[0], "region"), whole(info[1], "to"), from.size);
    if (from.size) memcpy(to, from.data, from.size);
    return info.Env().Undefined();
  });
}

// stream(region, fds, paths, direct, pieces, segments, readers): see native/stream.h. Whether reads are direct.
Napi::Value WeightsObject::stream(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const Ints fds = ints(info[1], "fds"), segments = ints(info[5], "segments");
    const auto paths = info[2].As<Napi::Array>();
    bool direct = info[3].ToBoolean();
    std::vector<StreamFile> files;
    for (size_t i = 0; i < fds.size; i++) {
      auto file = direct ? File::direct(fds.data[i]) : nullptr;
      direct = direct && file;
      if (!file) file = std::make_unique<File>(fds.data[i]);
      files.push_back({std::move(file), paths.Get((uint32_t)i).ToString()});
    }
    const auto numbers = info[4].As<Napi::Float64Array>();
    std::vector<StreamPiece> pieces;
    for (size_t i = 0; i + 4 < numbers.ElementLength(); i += 5) {
      pieces.push_back({(int)numbers[i], (uint64_t)numbers[i + 1], (uint64_t)numbers[i + 2], (uint64_t)numbers[i + 3], (uint64_t)numbers[i + 4]});
    }
    std::vector<StreamSegment> parts;
    for (size_t i = 0; i + 1 < segments.size; i += 2) parts.push_back({segments.data[i], segments.data[i + 1]});
    weights->stream((int)whole(info[0], "region"), std::move(files), std::move(pieces), std::move(parts), (int)whole(info[6], "readers"));
    return Napi::Boolean::New(info.Env(), direct);
  });
}

// streamed(): { bytesRead, stallSeconds } since the weights were loaded.
Napi::Value WeightsObject::streamed(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const StreamCounters counters = weights->stream() ? weights->stream()->counters() : StreamCounters{};
    auto result = Napi::Object::New(info.Env());
    result.Set("bytesRead", (double)counters.bytesRead);
    result.Set("stallSeconds", counters.stallSeconds);
    return result;
  });
}

Napi::Value WeightsObject::dispose(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    return link->post(info.Env(), [w = weights] { w->release(); }, [](Napi::Env env) { return env.Undefined(); });
  });
}

}  // namespace engine
