#include "weights.h"

#include <algorithm>
#include <chrono>
#include <mutex>

namespace engine {

int Weights::map(int fd) {
  regions_.push_back(std::make_unique<Mapping>(fd));
  return (int)regions_.size() - 1;
}

int Weights::reserve(size_t bytes) {
  regions_.push_back(std::make_unique<Memory>(bytes, device->live));
  return (int)regions_.size() - 1;
}

uint8_t* Weights::at(int region, uint64_t offset, uint64_t n) {
  if (released_) fail("disposed", "The weights were disposed.");
  if (region < 0 || region >= (int)regions_.size()) fail("bad-option", "The weights have no region %d.", region);
  return std::visit(
      [&](auto& held) {
        if (offset > held->bytes() || n > held->bytes() - offset) {
          fail("bad-checkpoint", "A weight of %llu bytes at %llu ends behind its file of %zu bytes. The file may have changed.",
               (unsigned long long)n, (unsigned long long)offset, held->bytes());
        }
        return held->data() + offset;
      },
      regions_[region]);
}

void Weights::check() {
  for (auto& region : regions_) {
    if (auto* mapping = std::get_if<std::unique_ptr<Mapping>>(&region)) (*mapping)->check();
  }
  if (deferred_) deferred_->check();
}

void Weights::pack(const Packing& packing, const std::function<void(int32_t, int64_t, int64_t, uint8_t*)>& read_rows) {
  const QuantizedKernels& kernels = *device->level.quantized;
  if (packing.encoding < 0 || packing.encoding >= kernels.count) fail("bad-option", "There is no storage type %d.", packing.encoding);
  const Encoding& encoding = kernels.encodings[packing.encoding];
  if (packing.depth < 1 || packing.first < 0 || packing.first % kPanel || packing.count < 0) fail("bad-option", "pack: these rows cannot be laid out.");
  const int64_t panelBytes = encoding.panelBytes(packing.depth), panels = (packing.count + kPanel - 1) / kPanel;
  int64_t rowBytes[kMostParts] = {}, all = 0;
  for (int32_t part = 0; part < encoding.parts; part++) {
    rowBytes[part] = encoding.rowBytes(part, packing.depth, packing.group);
    if (rowBytes[part] < 0) fail("bad-option", "pack: %s has no rows of %lld inputs.", encoding.name, (long long)packing.depth);
    all += rowBytes[part];
  }
  uint8_t* to = at(packing.region, packing.to + (uint64_t)(packing.first / kPanel * panelBytes), (uint64_t)(panels * panelBytes));
  if (!std::holds_alternative<std::unique_ptr<Memory>>(regions_[packing.region])) fail("bad-option", "A mapped file cannot be written.");
  // Panels that a thread reads at once: what a second-level cache holds.
  const int64_t grain = std::max<int64_t>(1, (256 << 10) / (all * kPanel));
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr failed;
  device->pool().run([&](int) {
    try {
      std::vector<uint8_t> bytes((size_t)(all * std::min(packing.count, grain * kPanel)));
      for (int64_t panel; (panel = next.fetch_add(grain)) < panels;) {
        const int64_t row = panel * kPanel, count = std::min(packing.count - row, grain * kPanel);
        StoredRows rows{{}, {}, count, packing.depth, packing.group};
        uint8_t* into = bytes.data();
        for (int32_t part = 0; part < encoding.parts; part++, into += rowBytes[part - 1] * count) {
          read_rows(part, row, count, into);
          rows.part[part] = into;
          rows.rowBytes[part] = rowBytes[part];
        }
        for (int64_t i = 0; i * kPanel < count; i++) encoding.pack(rows, i * kPanel, to + (panel + i) * panelBytes);
      }
    } catch (...) {
      std::lock_guard lock(mutex);
      failed = std::current_exception();
      next = panels;
    }
  });
  if (failed) std::rethrow_exception(failed);
}

void Weights::source(std::vector<SourceFile> files, bool direct, uint64_t chunk, Readers::Way way) {
  if (readers_) fail("bad-option", "These weights are streamed already.");
  readers_ = std::make_unique<Readers>(std::move(files), direct, chunk, way);
}

uint8_t* Weights::reserved(int region, uint64_t& bytes) {
  uint8_t* data = at(region, 0, 0);
  const auto* memory = std::get_if<std::unique_ptr<Memory>>(&regions_[region]);
  if (!memory || !readers_) fail("bad-option", "Weights are streamed into memory, from files.");
  bytes = (*memory)->bytes();
  return data;
}

bool Weights::maps(int region) const {
  return region >= 0 && region < (int)regions_.size() && std::holds_alternative<std::unique_ptr<Mapping>>(regions_[region]);
}

const Mapping* Weights::mapping(int region) const {
  if (!maps(region)) fail("bad-option", "The weights have no mapped file %d.", region);
  return std::get<std::unique_ptr<Mapping>>(regions_[region]).get();
}

void Weights::stream(int region, std::vector<Piece> pieces, std::vector<StreamSegment> segments, uint64_t windowBytes) {
  uint64_t bytes;
  uint8_t* ring = reserved(region, bytes);
  if (stream_) fail("bad-option", "These weights are streamed already.");
  stream_ = std::make_unique<Stream>(*readers_, std::move(pieces), std::move(segments), ring, bytes, windowBytes);
}

void Weights::experts(int region, uint64_t frameBytes, std::vector<Piece> pieces, std::vector<ExpertUnit> units, std::vector<int> layers) {
  uint64_t bytes;
  uint8_t* memory = reserved(region, bytes);
  if (experts_) fail("bad-option", "These experts are streamed already.");
  experts_ = std::make_unique<Experts>(*readers_, std::move(pieces), std::move(units), std::move(layers), memory, bytes, frameBytes);
}

int Weights::table(std::vector<Table::Part> parts, int64_t rows, int64_t capacity) {
  if (!readers_) fail("bad-option", "Tables are read from files.");
  tables_.push_back(std::make_unique<Table>(*readers_, std::move(parts), rows, capacity, device->live));
  return (int)tables_.size() - 1;
}

Table& Weights::table(int index) const {
  if (index < 0 || index >= (int)tables_.size()) fail("bad-option", "The weights have no table %d.", index);
  return *tables_[index];
}

Weights::Counters Weights::counters() const {
  Counters counters;
  if (readers_) counters.reads = readers_->counters();
  if (experts_) counters.experts = experts_->counters();
  counters.stallSeconds = stall_;
  return counters;
}

double Weights::read_seconds(int region, uint64_t offset, uint64_t n) {
  const uint8_t* from = at(region, offset, n);
  const uint64_t threads = (uint64_t)device->pool().threads();
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<uint32_t> sink{0};
  device->pool().run([&](int thread) {
    const uint64_t part = n / threads / 4096 * 4096;
    sink += device->level.kernels->read(from + part * thread, (int64_t)part);
  });
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace engine
