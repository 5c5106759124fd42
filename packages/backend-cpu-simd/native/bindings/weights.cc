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
                         InstanceMethod("copy", &WeightsObject::copy),
                         InstanceMethod("defer", &WeightsObject::defer),
                         InstanceMethod("settle", &WeightsObject::settle),
                         InstanceMethod("packBytes", &WeightsObject::pack_bytes),
                         InstanceMethod("readSeconds", &WeightsObject::read_seconds),
                         InstanceMethod("source", &WeightsObject::source),
                         InstanceMethod("stream", &WeightsObject::stream),
                         InstanceMethod("experts", &WeightsObject::experts),
                         InstanceMethod("table", &WeightsObject::table),
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

// [n, 13] encoding + 1 or 0, group, depth, rows, (file, offset, bytes) of two parts, place, bytes that must be there, whether
// they are used where their files are mapped; windows: the region of each of these
static std::vector<Piece> pieces_of(const Weights& weights, const Napi::Value& value, const Ints& windows = {}) {
  const QuantizedKernels& kernels = *weights.device->level.quantized;
  const auto at = copied<double>(value, napi_float64_array, "pieces");
  std::vector<Piece> pieces;
  for (size_t i = 0; i + 12 < at.size(); i += 13) {
    for (size_t k = 0; k < 13; k++) {
      if (!(at[i + k] >= 0 && at[i + k] <= 9007199254740991.0)) fail("bad-option", "pieces: whole numbers were expected.");
    }
    if (at[i] > kernels.count || at[i + 1] > INT32_MAX || at[i + 2] > INT32_MAX) fail("bad-option", "pieces: there is no such storage type.");
    const Encoding* encoding = at[i] > 0 ? &kernels.encodings[(int)at[i] - 1] : nullptr;
    Piece piece{encoding, (int32_t)at[i + 1], (int64_t)at[i + 2], (int64_t)at[i + 3], {}, (uint64_t)at[i + 10], (uint64_t)at[i + 11]};
    for (int32_t part = 0; part < (encoding ? encoding->parts : 1); part++) {
      const double* of = &at[i + 4 + 3 * part];
      const int file = of[0] > INT32_MAX ? -1 : (int)of[0];
      const Mapping* window = at[i + 12] > 0 ? weights.mapping(file >= 0 && (size_t)file < windows.size ? windows.data[file] : -1) : nullptr;
      piece.parts.push_back({file, (uint64_t)of[1], (uint64_t)of[2], window});
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

static std::vector<SourceFile> files_of(const Ints& fds, const Napi::Value& value) {
  const auto paths = value.As<Napi::Array>();
  std::vector<SourceFile> files;
  for (size_t i = 0; i < fds.size; i++) files.push_back({std::make_unique<File>(fds.data[i]), paths.Get((uint32_t)i).ToString()});
  return files;
}

// defer(fds, paths, region, pieces): has weights used in their files until settle() copied them; false where they are not in the page cache.
Napi::Value WeightsObject::defer(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const Ints fds = ints(info[0], "fds");
    const bool done = weights->defer(files_of(fds, info[1]), std::vector<int>(fds.data, fds.data + fds.size), (int)whole(info[2], "region"), pieces_of(*weights, info[3]));
    return Napi::Boolean::New(info.Env(), done);
  });
}

// settle(bytes): copies so many bytes of what was deferred; whether any are left.
Napi::Value WeightsObject::settle(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const uint64_t bytes = whole(info[0], "bytes");
    auto more = std::make_shared<bool>(false);
    return link->post(
        info.Env(), [w = weights, bytes, more] { *more = w->settle(bytes); }, [more](Napi::Env env) { return Napi::Boolean::New(env, *more); });
  });
}

// copy(fds, paths, region, pieces): copies from files on all threads.
Napi::Value WeightsObject::copy(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    const Ints fds = ints(info[0], "fds");
    auto files = std::make_shared<std::vector<SourceFile>>(files_of(fds, info[1]));
    const int region = (int)whole(info[2], "region");
    auto pieces = std::make_shared<std::vector<Piece>>(pieces_of(*weights, info[3]));
    return link->post(
        info.Env(), [w = weights, files, region, pieces] { w->copy(*files, region, *pieces); }, [](Napi::Env env) { return env.Undefined(); });
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

// packBytes(packing, parts): lays rows out in panels, from each part's bytes of these rows.
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

// source(fds, paths, scattered, direct, chunk, uring): files of what is streamed, whether each is read here and there; whether
// to ask for io_uring. Whether reads go by it.
Napi::Value WeightsObject::source(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const Ints fds = ints(info[0], "fds"), scattered = ints(info[2], "scattered");
    const auto paths = info[1].As<Napi::Array>();
    if (scattered.size != fds.size) fail("bad-option", "source: every file is scattered or not.");
    bool direct = info[3].ToBoolean();
    std::vector<SourceFile> files;
    for (size_t i = 0; i < fds.size; i++) {
      auto file = scattered.data[i] ? File::scattered(fds.data[i]) : direct ? File::direct(fds.data[i]) : nullptr;
      direct = direct && file;
      if (!file) file = std::make_unique<File>(fds.data[i]);
      files.push_back({std::move(file), paths.Get((uint32_t)i).ToString()});
    }
    const Readers::Way way = info[5].ToBoolean() && uring_reader(1) ? Readers::uring : Readers::threads;
    weights->source(std::move(files), direct, whole(info[4], "chunk"), way);
    return Napi::Boolean::New(info.Env(), way == Readers::uring);
  });
}

// stream(region, pieces, segments, windowBytes, windows): see native/stream.h; windows: the region each file is mapped in, or -1.
Napi::Value WeightsObject::stream(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const Ints segments = ints(info[2], "segments");
    std::vector<StreamSegment> parts;
    for (size_t i = 0; i + 1 < segments.size; i += 2) parts.push_back({segments.data[i], segments.data[i + 1]});
    weights->stream((int)whole(info[0], "region"), pieces_of(*weights, info[1], ints(info[4], "windows")), std::move(parts), whole(info[3], "windowBytes"));
    return info.Env().Undefined();
  });
}

// experts(region, frameBytes, pieces, units, layers): see native/experts.h; units: [n, 3] bundle, first piece, pieces.
Napi::Value WeightsObject::experts(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const Ints units = ints(info[3], "units"), layers = ints(info[4], "layers");
    std::vector<ExpertUnit> all;
    for (size_t i = 0; i + 2 < units.size; i += 3) all.push_back({units.data[i], units.data[i + 1], units.data[i + 2]});
    weights->experts((int)whole(info[0], "region"), whole(info[1], "frameBytes"), pieces_of(*weights, info[2]), std::move(all),
                     std::vector<int>(layers.data, layers.data + layers.size));
    return info.Env().Undefined();
  });
}

// table(parts, rows, capacity): see native/tables.h; parts: [n, 3] file, offset, bytes of a row.
Napi::Value WeightsObject::table(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const auto at = copied<double>(info[0], napi_float64_array, "parts");
    std::vector<Table::Part> parts;
    for (size_t i = 0; i + 2 < at.size(); i += 3) parts.push_back({(int)at[i], (uint64_t)at[i + 1], (int64_t)at[i + 2]});
    return Napi::Number::New(info.Env(), weights->table(std::move(parts), (int64_t)whole(info[1], "rows"), (int64_t)whole(info[2], "capacity")));
  });
}

// streamed(): what was read since the weights were loaded, and the time it took.
Napi::Value WeightsObject::streamed(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&]() -> Napi::Value {
    const Weights::Counters counters = weights->counters();
    auto result = Napi::Object::New(info.Env());
    result.Set("bytesRead", (double)counters.reads.bytes);
    result.Set("readSeconds", counters.reads.seconds);
    result.Set("stallSeconds", counters.stallSeconds);
    result.Set("expertUses", (double)counters.experts.uses);
    result.Set("expertReads", (double)counters.experts.reads);
    return result;
  });
}

Napi::Value WeightsObject::dispose(const Napi::CallbackInfo& info) {
  return guard(info.Env(), [&] {
    return link->post(info.Env(), [w = weights] { w->release(); }, [](Napi::Env env) { return env.Undefined(); });
  });
}

}  // namespace engine
