#include "weights.h"

#include <algorithm>
#include <cstring>

#include "device.h"

namespace engine {

Napi::Function WeightsObject::define(Napi::Env env) {
  return DefineClass(env, "Weights",
                     {
                         InstanceMethod("map", &WeightsObject::map),
                         InstanceMethod("reserve", &WeightsObject::reserve),
                         InstanceMethod("read", &WeightsObject::read),
                         InstanceMethod("pack", &WeightsObject::pack),
                         InstanceMethod("packBytes", &WeightsObject::pack_bytes),
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

// code, group, depth, first row, rows, region, offset of the weight in it
static Weights::Packing packing_of(const Napi::Value& value) {
  const auto at = copied<double>(value, napi_float64_array, "packing");
  for (double number : at) {
    if (!(number >= 0 && number <= 9007199254740991.0)) fail("bad-option", "packing: whole numbers were expected.");
  }
  if (at.size() != 7 || at[0] > 1000 || at[1] > INT32_MAX || at[2] > INT32_MAX || at[5] > INT32_MAX) fail("bad-option", "packing: seven numbers were expected.");
  return {(int32_t)at[0], (int32_t)at[1], (int64_t)at[2], (int64_t)at[3], (int64_t)at[4], (int)at[5], (uint64_t)at[6]};
}

static int64_t row_bytes(const Weights& weights, const Weights::Packing& packing, int32_t part) {
  const QuantizedKernels& kernels = *weights.device->level.quantized;
  if (packing.encoding >= kernels.count || part >= kernels.encodings[packing.encoding].parts) fail("bad-option", "packing: no such part.");
  return std::max<int64_t>(0, kernels.encodings[packing.encoding].rowBytes(part, packing.depth, packing.group));
}

// pack(packing, fds, offsets): lays rows out in panels; offsets: where the first of these rows begins in each part's file.
Napi::Value WeightsObject::pack(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const Weights::Packing packing = packing_of(info[0]);
    const auto fds = copied<int32_t>(info[1], napi_int32_array, "fds");
    const auto offsets = copied<double>(info[2], napi_float64_array, "offsets");
    std::vector<std::shared_ptr<File>> files;
    std::vector<int64_t> rowBytes;
    for (size_t part = 0; part < fds.size(); part++) {
      files.push_back(std::make_shared<File>(fds[part]));
      rowBytes.push_back(row_bytes(*weights, packing, (int32_t)part));
    }
    return link->post(
        info.Env(),
        [w = weights, packing, files, offsets, rowBytes] {
          w->pack(packing, [&](int32_t part, int64_t row, int64_t count, uint8_t* into) {
            if ((size_t)part >= files.size() || (size_t)part >= offsets.size()) fail("bad-option", "pack: a part has no file.");
            if (files[part]->read(into, (size_t)(count * rowBytes[part]), (uint64_t)offsets[part] + (uint64_t)(row * rowBytes[part]))) return;
            fail("bad-checkpoint", "A weight file ended before its weights did, or could not be read.");
          });
        },
        [](Napi::Env env) { return env.Undefined(); });
  });
}

// packBytes(packing, parts): the same with each part's bytes of these rows.
Napi::Value WeightsObject::pack_bytes(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const Weights::Packing packing = packing_of(info[0]);
    const auto given = info[1].As<Napi::Array>();
    auto parts = std::make_shared<std::vector<std::vector<uint8_t>>>();
    std::vector<int64_t> rowBytes;
    for (uint32_t part = 0; part < given.Length(); part++) {
      const Bytes from = bytes(given.Get(part), "packBytes");
      rowBytes.push_back(row_bytes(*weights, packing, (int32_t)part));
      if (from.size != (uint64_t)(packing.count * rowBytes.back())) fail("bad-option", "packBytes: a part has too few bytes.");
      parts->emplace_back(from.data, from.data + from.size);
    }
    return link->post(
        info.Env(),
        [w = weights, packing, parts, rowBytes] {
          w->pack(packing, [&](int32_t part, int64_t row, int64_t count, uint8_t* into) {
            if ((size_t)part >= parts->size()) fail("bad-option", "packBytes: a part is missing.");
            memcpy(into, (*parts)[part].data() + row * rowBytes[part], (size_t)(count * rowBytes[part]));
          });
        },
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
