// StepInput and StepOutput as JavaScript has them.
#include <cstring>

#include "plan.h"

namespace engine {

static std::vector<int32_t> column(const Napi::Object& from, const char* name) {
  return copied<int32_t>(from.Get(name), napi_int32_array, name);
}

// Adjustments by row; those of one row keep their order.
static void read_adjustments(const Napi::Object& from, size_t rows, Select& select) {
  const auto row = column(from, "row"), id = column(from, "id");
  const auto divide = copied<float>(from.Get("divide"), napi_float32_array, "divide");
  const auto add = copied<float>(from.Get("add"), napi_float32_array, "add");
  if (id.size() != row.size() || divide.size() != row.size() || add.size() != row.size()) {
    fail("bad-option", "step: the arrays of adjust have different lengths.");
  }
  for (int32_t r : row) {
    if (r < 0 || r >= (int32_t)rows) fail("bad-option", "step: an adjustment names row %d, but %zu rows are wanted.", r, rows);
    select.firstOf[r + 1]++;
  }
  for (size_t r = 0; r < rows; r++) select.firstOf[r + 1] += select.firstOf[r];
  select.adjustments.resize(row.size());
  std::vector<int32_t> next = select.firstOf;
  for (size_t i = 0; i < row.size(); i++) select.adjustments[next[row[i]]++] = {id[i], divide[i], add[i]};
}

void read_step(const Napi::Object& step, StepInput& input) {
  input.ids[0] = column(step, "tokens");
  input.ids[1] = column(step, "positions");
  input.ids[2] = column(step, "extents");
  input.sequences = column(step, "sequences");
  input.wanted = column(step, "wanted");
  if (step.Get("media").IsTypedArray()) input.media = column(step, "media");
  const Napi::Value embeddings = step.Get("embeddings");
  if (embeddings.IsObject()) {
    input.givenRows = column(embeddings.As<Napi::Object>(), "rows");
    input.embeddings = copied<float>(embeddings.As<Napi::Object>().Get("values"), napi_float32_array, "embeddings");
  }
  const auto tables = step.Get("tables").As<Napi::Array>();
  for (uint32_t i = 0; i < tables.Length(); i++) input.tables.push_back(copied<int32_t>(tables.Get(i), napi_int32_array, "tables"));
  const Napi::Value given = step.Get("select");
  if (!given.IsObject()) return;
  input.selects = true;
  const auto select = given.As<Napi::Object>();
  const uint64_t top = whole(select.Get("top"), "top");
  input.select.top = top <= INT32_MAX ? (int32_t)top : INT32_MAX;
  input.select.temperature = copied<float>(select.Get("temperature"), napi_float32_array, "temperature");
  if (select.Get("mask").IsTypedArray()) input.select.mask = copied<uint32_t>(select.Get("mask"), napi_uint32_array, "mask");
  if (select.Get("noise").IsTypedArray()) input.select.noise = copied<uint32_t>(select.Get("noise"), napi_uint32_array, "noise");
  input.select.firstOf.assign(input.wanted.size() + 1, 0);
  const Napi::Value adjust = select.Get("adjust");
  if (adjust.IsObject()) read_adjustments(adjust.As<Napi::Object>(), input.wanted.size(), input.select);
}

// The caller's array, or undefined; throws when it is too short.
static bool room(const Napi::Object& out, const char* name, napi_typedarray_type type, int64_t least, Napi::TypedArray& array) {
  const Napi::Value value = out.Get(name);
  if (value.IsUndefined() || value.IsNull()) return false;
  if (!value.IsTypedArray()) fail("bad-option", "step: %s of the output is no typed array.", name);
  array = value.As<Napi::TypedArray>();
  if (array.TypedArrayType() != type || (int64_t)array.ElementLength() < least) {
    fail("bad-option", "step: %s of the output must hold %lld numbers of its type, but holds %zu.", name, (long long)least, array.ElementLength());
  }
  return true;
}

static Napi::Object tensors_of(const Napi::Object& out) {
  const Napi::Value tensors = out.Get("tensors");
  return tensors.IsObject() ? tensors.As<Napi::Object>() : Napi::Object::New(out.Env());
}

void check_output(const Napi::Object& out, const std::vector<std::string>& names, const Plan& plan, Running& running) {
  const StepInput& input = running.input;
  Napi::TypedArray array;
  const int64_t rows = input.selects ? input.rows() : 0;
  room(out, "ids", napi_int32_array, rows * input.select.top, array);
  room(out, "values", napi_float32_array, rows * input.select.top, array);
  room(out, "lse", napi_float32_array, rows * 2, array);
  const Napi::Object tensors = tensors_of(out);
  for (size_t i = 0; i < names.size(); i++) {
    const int64_t size = plan.output_size(i, input.tokens(), input.rows());
    running.asked.push_back(room(tensors, names[i].c_str(), napi_float32_array, size, array));
  }
}

// Rows of `width` values to places `stride` apart.
template <class T>
static void fill(const Napi::Object& out, const char* name, napi_typedarray_type type, const std::vector<T>& from, size_t width, size_t stride) {
  Napi::TypedArray array;
  if (from.empty() || !room(out, name, type, (int64_t)(from.size() / width * stride), array)) return;
  T* to = (T*)((uint8_t*)array.ArrayBuffer().Data() + array.ByteOffset());
  for (size_t row = 0; row < from.size() / width; row++) memcpy(to + row * stride, &from[row * width], sizeof(T) * width);
}

void fill_output(const std::vector<std::string>& names, const Running& running) {
  const Napi::Object out = running.out.Value();
  const StepResult& result = running.result;
  const size_t top = (size_t)running.input.select.top, candidates = (size_t)result.candidates;
  fill(out, "ids", napi_int32_array, result.ids, candidates, top);
  fill(out, "values", napi_float32_array, result.values, candidates, top);
  fill(out, "lse", napi_float32_array, result.lse, 2, 2);
  const Napi::Object tensors = tensors_of(out);
  for (size_t i = 0; i < names.size(); i++) {
    const size_t size = result.tensors[i].size();
    if (running.asked[i]) fill(tensors, names[i].c_str(), napi_float32_array, result.tensors[i], size, size);
  }
}

}  // namespace engine
