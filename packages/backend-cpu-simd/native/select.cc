#include "select.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace engine {

// Philox 4x32-10 (Salmon et al. 2011): four random words for a key of two words and a counter of four.
static void philox(const uint32_t* key, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t* out) {
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    const uint64_t a = (uint64_t)0xd2511f53 * c0, b = (uint64_t)0xcd9e8d57 * c2;
    const uint32_t next0 = (uint32_t)(b >> 32) ^ c1 ^ k0, next2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
    c0 = next0, c1 = (uint32_t)b, c2 = next2, c3 = (uint32_t)a;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

static double gumbel(uint32_t word) { return -std::log(-std::log((word + 0.5) * 0x1p-32)); }

// A bound of gumbel(word) without logarithms: -log(-log u) < -log(1 - u), and 1 - u > 2^-(1 + leading ones).
static float gumbel_bound(uint32_t word) {
  const uint32_t rest = ~word;
  return 0.6931472f * (float)(1 + (rest ? __builtin_clz(rest) : 32)) + 1e-3f;
}
constexpr float kMostNoise = 22.9f;

struct Candidate {
  float key, value;
  int32_t id;
};
// Best first; ties go to the smaller id. NaN is worse than all.
static bool better(const Candidate& a, const Candidate& b) {
  if (a.key != b.key) return a.key > b.key || (std::isnan(b.key) && !std::isnan(a.key));
  return a.id < b.id;
}

void SelectRows::prepare() {
  parts.resize((size_t)rows * chunkCount());
  result.candidates = count();
  result.ids.resize((size_t)rows * count());
  result.values.resize((size_t)rows * count());
  result.lse.resize((size_t)rows * 2);
}

int32_t SelectRows::tempered(int32_t row, int32_t chunk, float* into) const {
  const int32_t first = chunk * kChunk, n = std::min(kChunk, vocab - first);
  memcpy(into, logits + (int64_t)row * vocab + first, sizeof(float) * n);
  for (int32_t i = select.firstOf[row]; i < select.firstOf[row + 1]; i++) {
    const Adjustment& change = select.adjustments[i];
    if (change.id < first || change.id >= first + n) continue;
    const double x = into[change.id - first];
    into[change.id - first] = (float)((x > 0 ? x / change.divide : x * change.divide) + change.add);
  }
  if (!select.mask.empty()) {
    const uint32_t* mask = &select.mask[row * (((size_t)vocab + 31) / 32)];
    for (int32_t i = 0; i < n; i++) {
      if (!(mask[(first + i) >> 5] >> ((first + i) & 31) & 1)) into[i] = -INFINITY;
    }
  }
  const float temperature = select.temperature[row];
  for (int32_t i = 0; temperature > 0 && i < n; i++) into[i] /= temperature;
  return n;
}

bool SelectRows::raw(int32_t row) const {
  const float temperature = select.temperature[row];
  return select.mask.empty() && select.firstOf[row] == select.firstOf[row + 1] && (!(temperature > 0) || temperature == 1);
}

void SelectRows::chunks(const Share& share) {
  float* buffer = (float*)share.scratch;
  for (int64_t item = share.thread; item < (int64_t)parts.size(); item += share.threads) {
    const int32_t row = (int32_t)(item / chunkCount()), chunk = (int32_t)(item % chunkCount());
    Part& part = parts[item];
    const int32_t n = std::min(kChunk, vocab - chunk * kChunk);
    kernels.exp_sum(logits + (int64_t)row * vocab + chunk * kChunk, n, &part.top[0], &part.sum[0]);
    if (raw(row)) {
      part.top[1] = part.top[0];
      part.sum[1] = part.sum[0];
      continue;
    }
    tempered(row, chunk, buffer);
    kernels.exp_sum(buffer, n, &part.top[1], &part.sum[1]);
  }
}

static float log_sum_exp(const SelectRows::Part* parts, int32_t count, int which) {
  float top = -INFINITY;
  for (int32_t i = 0; i < count; i++) top = std::max(top, parts[i].top[which]);
  if (top == -INFINITY) return top;
  double total = 0;
  for (int32_t i = 0; i < count; i++) {
    if (parts[i].sum[which] != 0) total += parts[i].sum[which] * std::exp((double)parts[i].top[which] - top);
  }
  return (float)(top + std::log(total));
}

void SelectRows::finish(const Share& share) {
  for (int32_t row = share.thread; row < rows; row += share.threads) {
    const Part* own = &parts[(size_t)row * chunkCount()];
    result.lse[2 * row] = log_sum_exp(own, chunkCount(), 0);
    result.lse[2 * row + 1] = log_sum_exp(own, chunkCount(), 1);
    if (select.top > 0) take(row, (float*)share.scratch);
  }
}

void SelectRows::take(int32_t row, float* buffer) {
  std::vector<Candidate> best;  // a heap, its worst in front
  const int32_t count = this->count();
  best.reserve((size_t)count + 1);
  const uint32_t* noise = select.noise.empty() ? nullptr : &select.noise[4 * (size_t)row];
  // A counter of zero is no draw: rows with and without noise share a step.
  const bool noisy = select.temperature[row] > 0 && noise && (noise[2] || noise[3]);
  const bool whole = count == vocab;
  for (int32_t chunk = 0; chunk < chunkCount(); chunk++) {
    const auto full = [&] { return (int32_t)best.size() == count; };
    const float most = parts[(size_t)row * chunkCount() + chunk].top[1] + (noisy ? kMostNoise : 0);
    if (full() && !whole && most < best.front().key) continue;
    const int32_t n = tempered(row, chunk, buffer), first = chunk * kChunk;
    for (int32_t i = 0; i < n; i += 4) {
      const int32_t lanes = std::min(4, n - i);
      uint32_t words[4];
      const float high = std::max(std::max(buffer[i], lanes > 1 ? buffer[i + 1] : -INFINITY),
                                  std::max(lanes > 2 ? buffer[i + 2] : -INFINITY, lanes > 3 ? buffer[i + 3] : -INFINITY));
      if (full() && high + (noisy ? kMostNoise : 0) < best.front().key) continue;
      if (noisy) philox(noise, noise[2], noise[3], (uint32_t)((first + i) >> 2), 0, words);
      for (int32_t lane = 0; lane < lanes; lane++) {
        const float value = buffer[i + lane];
        if (full() && noisy && value + gumbel_bound(words[lane]) < best.front().key) continue;
        const Candidate candidate{noisy ? (float)(value + gumbel(words[lane])) : value, value, first + i + lane};
        if (full() && !better(candidate, best.front())) continue;
        best.push_back(candidate);
        std::push_heap(best.begin(), best.end(), better);
        if ((int32_t)best.size() <= count) continue;
        std::pop_heap(best.begin(), best.end(), better);
        best.pop_back();
      }
    }
  }
  std::sort(best.begin(), best.end(), better);
  for (int32_t i = 0; i < count; i++) {
    result.ids[(size_t)row * count + i] = best[i].id;
    result.values[(size_t)row * count + i] = best[i].value;
  }
}

}  // namespace engine
