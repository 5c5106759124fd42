// Runs the kernels of every instruction set level this machine has against the plain ones, and says what differs. A
// program of its own, so that a level can be tried where Node is not: under qemu-aarch64 for arm64.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../kernels/levels.h"

using namespace engine;

static int failures = 0, checks = 0;

static uint32_t seed = 1;
static uint32_t draw() {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  return seed ^= seed << 5;
}
static std::vector<float> values(size_t n, float size = 1) {
  std::vector<float> out(n);
  for (float& x : out) x = size * ((float)(draw() >> 8) * 0x1p-23f - 1);
  return out;
}

static void compare(const std::string& what, const std::vector<float>& actual, const std::vector<float>& expected, double tolerance) {
  double most = 0, off = 0;
  for (size_t i = 0; i < expected.size(); i++) {
    if (std::isnan(expected[i]) && std::isnan(actual[i])) continue;
    const double apart = std::fabs((double)actual[i] - expected[i]);
    off = std::fmax(off, std::isnan(apart) ? INFINITY : apart);
    most = std::fmax(most, std::fabs((double)expected[i]));
  }
  checks++;
  if (off <= tolerance * most) return;
  failures++;
  printf("%s: off by %g where the largest number is %g\n", what.c_str(), off, most);
}

static Operand operand(const void* data, std::vector<int32_t> dims, Type type = Type::f32) {
  Operand x{(void*)data, type, {(int32_t)dims.size(), {}}};
  for (size_t i = 0; i < dims.size(); i++) x.shape.dims[i] = dims[i];
  return x;
}

alignas(64) static uint8_t scratch[32 << 20];

struct Run {
  std::vector<Operand> inputs;
  Operand output;
  Attrs attrs{};
  Step step{};
  void operator()(Kernel kernel) {
    Call call{};
    call.kernel = kernel;
    call.inputs = inputs.data();
    call.count = (int32_t)inputs.size();
    call.output = output;
    call.attrs = attrs;
    kernel(call, step, {0, 1, scratch});
  }
};

struct Heads {
  int32_t kvHeads, group, keyDim, valueDim, tokens, window;
  bool turned;
};

static std::vector<float> attend(const Kernels& level, Type type, const Heads& h) {
  seed = 7;
  constexpr int32_t kShift = 5, kPlaces = 1 << kShift;
  const int32_t heads = h.kvHeads * h.group, blocks = (h.tokens + kPlaces - 1) / kPlaces;
  const auto q = values((size_t)h.tokens * heads * h.keyDim), k = values((size_t)h.tokens * h.kvHeads * h.keyDim);
  const auto v = values((size_t)h.tokens * h.kvHeads * h.valueDim), speeds = values((size_t)h.keyDim / 2);
  std::vector<float> all;
  for (int32_t i = 0; i < h.tokens; i++) all.insert(all.end(), speeds.begin(), speeds.end());
  const int64_t size = type == Type::f32 ? 4 : type == Type::int8 ? 1 : 2, rows = (int64_t)h.kvHeads * kPlaces;
  const int64_t valueBytes = size * rows * h.keyDim, scaleBytes = valueBytes + size * rows * h.valueDim;
  const int64_t blockBytes = scaleBytes + (type == Type::int8 ? 8 * rows : 0);
  std::vector<uint8_t> pool(blockBytes * blocks + 64);
  std::vector<int32_t> table(blocks), sequence(h.tokens, 0), place(h.tokens);
  // Blocks lie in any order.
  for (int32_t i = 0; i < blocks; i++) table[i] = blocks - 1 - i;
  for (int32_t i = 0; i < h.tokens; i++) place[i] = i;
  const CacheView cache{(uint8_t*)(((uintptr_t)pool.data() + 63) / 64 * 64), type, h.kvHeads, h.keyDim, h.valueDim, kShift, blockBytes, valueBytes, scaleBytes, table.data(), blocks};
  std::vector<float> out((size_t)h.tokens * heads * h.valueDim);
  Run run;
  run.step.tokens = h.tokens;
  run.step.sequence = sequence.data();
  run.step.place = run.step.blockEnd = place.data();
  run.step.caches = &cache;
  run.attrs.scale = 1 / sqrtf((float)h.keyDim);
  run.attrs.window = h.window;
  run.inputs = {operand(nullptr, {}), operand(k.data(), {kTokens, h.kvHeads, h.keyDim}), operand(v.data(), {kTokens, h.kvHeads, h.valueDim})};
  run(level.append);
  run.inputs = {operand(q.data(), {kTokens, heads, h.keyDim}), operand(nullptr, {})};
  if (h.turned) run.inputs.push_back(operand(all.data(), {kTokens, h.keyDim / 2}));
  run.output = operand(out.data(), {kTokens, heads, h.valueDim});
  run(level.attention);
  return out;
}

static void attention_of(const std::string& name, const Kernels& level, const Kernels& plain) {
  const Heads all[] = {{2, 1, 64, 64, 70, 0, false}, {2, 4, 20, 33, 300, 0, false}, {1, 7, 128, 128, 40, 17, false},
                       {2, 3, 31, 8, 290, 100, false}, {1, 8, 256, 256, 33, 0, false}, {2, 2, 20, 20, 300, 0, true}};
  const struct { Type type; const char* name; } types[] = {{Type::f32, "f32"}, {Type::f16, "f16"}, {Type::bf16, "bf16"}, {Type::int8, "int8"}};
  for (const auto& type : types) {
    for (const Heads& h : all) {
      const std::string what = name + " attention over " + type.name + ", heads of " + std::to_string(h.keyDim) + (h.turned ? ", turned" : "");
      compare(what, attend(level, type.type, h), attend(plain, type.type, h), 2e-6);
    }
  }
}

static std::vector<float> multiply(Kernel kernel, Type type, int32_t rows, int32_t depth, int32_t outputs) {
  seed = 11;
  const auto x = values((size_t)rows * depth), w = values((size_t)outputs * depth);
  std::vector<uint8_t> stored(w.size() * 4);
  // Any bits will do for the narrow types, as long as they are numbers.
  if (type == Type::f32) {
    memcpy(stored.data(), w.data(), w.size() * 4);
  } else {
    for (size_t i = 0; i < w.size(); i++) {
      uint32_t bits;
      memcpy(&bits, &w[i], 4);
      const uint16_t half = type == Type::bf16 ? (uint16_t)(bits >> 16) : (uint16_t)((bits >> 16 & 0x8000) | (0x2c00 + draw() % 0x1000));
      memcpy(&stored[2 * i], &half, 2);
    }
  }
  std::vector<float> out((size_t)rows * outputs);
  Run run;
  run.step.tokens = rows;
  run.inputs = {operand(x.data(), {kTokens, depth}), operand(stored.data(), {outputs, depth}, type)};
  run.output = operand(out.data(), {kTokens, outputs});
  run(kernel);
  return out;
}

static std::vector<float> one_input(Kernel kernel, int32_t rows, int32_t width, float size, int inputs, std::vector<int32_t> outDims) {
  seed = 13;
  const auto x = values((size_t)rows * width, size), y = values((size_t)rows * width, size);
  std::vector<float> out((size_t)rows * width);
  Run run;
  run.step.tokens = rows;
  run.attrs.eps = 1e-5f;
  run.attrs.cap = 3;
  run.attrs.axis = 1;
  run.inputs = {operand(x.data(), {kTokens, width})};
  if (inputs == 2) run.inputs.push_back(operand(y.data(), {kTokens, width}));
  if (inputs == 3) run.inputs.push_back(operand(y.data(), {width}));
  run.output = operand(out.data(), outDims);
  run(kernel);
  return out;
}

// Random words, whether a draw may fall on one of their tokens, and what none of them gets above.
static std::vector<float> noise_of(const Kernels& level) {
  seed = 17;
  const auto x = values(kNoisy, 8);
  const uint32_t of[] = {1, 2, 0xfffffff0u, 4};
  std::vector<float> out;
  for (const float least : {-INFINITY, 5.0f, 12.0f, 40.0f}) {
    uint32_t words[kNoisy] = {};
    float bounds[kNoisy] = {};
    out.push_back(level.noise(of, 0xfffffff9u, x.data(), least, words, bounds));
    for (int i = 0; i < kNoisy && out.back() != 0; i++) {
      out.insert(out.end(), {(float)(words[i] >> 16), (float)(words[i] & 0xffff), bounds[i]});
    }
  }
  return out;
}

static void small_ops(const std::string& name, const Kernels& level, const Kernels& plain) {
  const struct { const char* name; Kernel Kernels::*kernel; float size; int inputs; } ops[] = {
      {"exp", &Kernels::exp, 80, 1},       {"tanh", &Kernels::tanh, 4, 1},          {"sigmoid", &Kernels::sigmoid, 20, 1},
      {"silu", &Kernels::silu, 20, 1},     {"gelu-tanh", &Kernels::gelu_tanh, 5, 1}, {"floor", &Kernels::floor, 30, 1},
      {"softcap", &Kernels::softcap, 9, 1}, {"add", &Kernels::add, 2, 2},            {"mul", &Kernels::mul, 2, 2},
      {"div", &Kernels::div, 2, 2},        {"max", &Kernels::max, 2, 2},            {"greater", &Kernels::greater, 2, 2},
      {"silu-mul", &Kernels::silu_mul, 9, 2}, {"softmax", &Kernels::softmax, 9, 1},  {"rms-norm", &Kernels::rms_norm, 2, 3},
  };
  for (const auto& op : ops) {
    for (int32_t width : {1, 7, 64, 131}) {
      const auto run = [&](const Kernels& k) { return one_input(k.*op.kernel, 5, width, op.size, op.inputs, {kTokens, width}); };
      compare(name + " " + op.name + " of " + std::to_string(width), run(level), run(plain), 2e-6);
    }
  }
  compare(name + " noise", noise_of(level), noise_of(plain), 0);
  const struct { Type type; const char* name; } types[] = {{Type::f32, "f32"}, {Type::f16, "f16"}, {Type::bf16, "bf16"}};
  for (const auto& type : types) {
    for (int32_t rows : {1, 2, 13, 70}) {
      for (int32_t depth : {1, 33, 256}) {
        const auto run = [&](const Kernels& k) { return multiply(k.matmul, type.type, rows, depth, 37); };
        compare(name + " matmul " + type.name + ", " + std::to_string(rows) + " rows of " + std::to_string(depth), run(level), run(plain), 5e-6);
      }
    }
  }
}

struct Products {
  std::vector<float> decoded, f32, int8;
};

static Products quantized_of(const Encoding& e, int32_t rows, int32_t depth, int32_t group, bool panels, int32_t outputs) {
  seed = 17;
  StoredRows stored{{}, {}, outputs, depth, group};
  std::vector<uint8_t> parts[kMostParts];
  for (int p = 0; p < e.parts; p++) {
    stored.rowBytes[p] = e.rowBytes(p, depth, group);
    parts[p].resize((size_t)stored.rowBytes[p] * outputs);
    // Without this bit no half is infinite or NaN, wherever a type has its scales.
    for (uint8_t& byte : parts[p]) byte = (uint8_t)(draw() >> 11) & 0xbf;
    stored.part[p] = parts[p].data();
  }
  std::vector<uint8_t> memory;
  const int64_t panelBytes = e.panelBytes(depth);
  QuantizedWeight w{&e, stored, nullptr, 0};
  if (panels) {
    memory.resize((size_t)panelBytes * ((outputs + kPanel - 1) / kPanel) + 64);
    uint8_t* at = (uint8_t*)(((uintptr_t)memory.data() + 63) / 64 * 64);
    w.panels = at;
    for (int32_t row = 0; row < outputs; row += kPanel, at += panelBytes) e.pack(stored, row, at);
  }
  Products out;
  out.decoded.resize((size_t)outputs * depth);
  for (int32_t row = 0; row < outputs; row++) e.decode(w, row, &out.decoded[(size_t)row * depth], scratch);
  const auto x = values((size_t)rows * depth);
  for (auto* y : {&out.f32, &out.int8}) {
    y->resize((size_t)rows * outputs);
    const QuantizedProduct product{&w, x.data(), y->data(), nullptr, 1, rows, depth, outputs, nullptr, nullptr};
    (y == &out.f32 ? e.multiply : e.multiplyInt8)(product, {0, 1, scratch});
  }
  return out;
}

static void encodings_of(const std::string& name, const QuantizedKernels& level, const QuantizedKernels& plain) {
  for (int32_t i = 0; i < plain.count; i++) {
    const Encoding &mine = level.encodings[i], &theirs = plain.encodings[i];
    constexpr int32_t kDepth = 512;
    for (int32_t rows : {1, 5}) {
      // Stored rows that are whole panels may be met as they are.
      for (const auto& [panels, outputs] : std::initializer_list<std::pair<bool, int32_t>>{{true, 37}, {false, 37}, {false, 48}}) {
        const auto a = quantized_of(mine, rows, kDepth, 64, panels, outputs), b = quantized_of(theirs, rows, kDepth, 64, panels, outputs);
        const std::string what = name + " " + mine.name + ", " + std::to_string(rows) + " rows";
        compare(what + ", decoded", a.decoded, b.decoded, 2e-7);
        compare(what + ", f32", a.f32, b.f32, 1e-5);
        compare(what + ", int8", a.int8, b.int8, 1e-5);
      }
    }
  }
}

int main() {
  const Level& plain = levels[0];
  for (int i = 1; i < levelCount; i++) {
    if (!levels[i].here()) continue;
    const std::string name = levels[i].name;
    const int before = checks;
    attention_of(name, *levels[i].kernels, *plain.kernels);
    small_ops(name, *levels[i].kernels, *plain.kernels);
    encodings_of(name, *levels[i].quantized, *plain.quantized);
    printf("%s: %d comparisons\n", name.c_str(), checks - before);
  }
  printf("%d of %d differ\n", failures, checks);
  return failures ? 1 : 0;
}
