#include "select.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace engine {

static double gumbel(uint32_t word) { return -std::log(-std::log((word + 0.5) * 0x1p-32)); }

// Best first; ties go to the smaller id. NaN is worse than all.
static bool better(const Candidate& a, const Candidate& b) {
  if (a.key > b.key || b.key > a.key) return a.key > b.key;
  if (std::isnan(a.key) != std::isnan(b.key)) return std::isnan(b.key);
  return a.id < b.id;
}

void SelectRows::prepare() {
  parts.resize((size_t)rows * chunkCount());
  best.resize(select.top > 0 ? (size_t)threads * rows : 0);
  result.candidates = count();
  result.ids.resize((size_t)rows * count());
  result.values.resize((size_t)rows * count());
  result.lse.resize((size_t)rows * 2);
}

void SelectRows::tempered(int32_t row, int32_t chunk, int32_t n, float* into) const {
  const int32_t first = chunk * kChunk;
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
    const int32_t first = chunk * kChunk, n = std::min(kChunk, vocab - first);
    const float* values = logits + (int64_t)row * vocab + first;
    kernels.exp_sum(values, n, &part.top[0], &part.sum[0]);
    if (raw(row)) {
      part.top[1] = part.top[0];
      part.sum[1] = part.sum[0];
    } else {
      tempered(row, chunk, n, buffer);
      values = buffer;
      kernels.exp_sum(values, n, &part.top[1], &part.sum[1]);
    }
    std::vector<Candidate>& heap = best[(size_t)share.thread * rows + row];
    // A chunk whose largest logit could not be drawn holds no candidate.
    if (select.top > 0 && (heap.size() < (size_t)count() || part.top[1] + most_noise(row) >= heap.front().key)) take(row, values, first, n, heap);
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
    if (select.top <= 0) continue;
    std::vector<Candidate>& all = best[row];
    for (int thread = 1; thread < threads; thread++) {
      const std::vector<Candidate>& others = best[(size_t)thread * rows + row];
      all.insert(all.end(), others.begin(), others.end());
    }
    std::partial_sort(all.begin(), all.begin() + count(), all.end(), better);
    for (int32_t i = 0; i < count(); i++) {
      result.ids[(size_t)row * count() + i] = all[i].id;
      result.values[(size_t)row * count() + i] = all[i].value;
    }
  }
}

bool SelectRows::noisy(int32_t row) const {
  // A counter of zero is no draw: rows with and without noise share a step.
  return select.temperature[row] > 0 && !select.noise.empty() && (select.noise[4 * (size_t)row + 2] || select.noise[4 * (size_t)row + 3]);
}

float SelectRows::most_noise(int32_t row) const { return noisy(row) ? kMostNoise : 0; }

void SelectRows::take(int32_t row, const float* values, int32_t first, int32_t n, std::vector<Candidate>& heap) const {
  const size_t most = (size_t)count();
  const uint32_t* of = noisy(row) ? &select.noise[4 * (size_t)row] : nullptr;
  heap.reserve(most + 1);
  for (int32_t i = 0; i < n; i += kNoisy) {
    const int32_t some = std::min<int32_t>(kNoisy, n - i);
    const float* block = values + i;
    float padded[kNoisy], bounds[kNoisy];
    uint32_t words[kNoisy];
    if (of && some < kNoisy) {
      std::fill(std::copy_n(block, some, padded), padded + kNoisy, -INFINITY);
      block = padded;
    }
    const float least = heap.size() == most ? heap.front().key : -INFINITY;
    if (of && !kernels.noise(of, (uint32_t)(first + i) >> 2, block, least, words, bounds)) continue;
    for (int32_t lane = 0; lane < some; lane++) {
      const float value = block[lane];
      const bool full = heap.size() == most;
      if (full && of && bounds[lane] < heap.front().key) continue;
      const Candidate candidate{of ? (float)(value + gumbel(words[lane])) : value, value, first + i + lane};
      if (full && !better(candidate, heap.front())) continue;
      heap.push_back(candidate);
      std::push_heap(heap.begin(), heap.end(), better);
      if (!full) continue;
      std::pop_heap(heap.begin(), heap.end(), better);
      heap.pop_back();
    }
  }
}

}  // namespace engine
