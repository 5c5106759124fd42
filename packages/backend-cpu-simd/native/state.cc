#include "state.h"

#include <cstring>
#include <vector>

namespace engine {

static int64_t size_of(Type type) { return type == Type::f32 ? 4 : type == Type::int8 ? 1 : 2; }

State::State(std::shared_ptr<Device> owner, const int32_t* specs, size_t count, int32_t tokens, const std::vector<int32_t>& sizes,
             const std::vector<int32_t>& widths, int32_t slotCount)
    : device(std::move(owner)), blockTokens(tokens), blocks(sizes), slots(slotCount) {
  int32_t shift = 4;
  while (shift < 8 && (1 << shift) < blockTokens) shift++;
  if ((1 << shift) != blockTokens) fail("bad-option", "blockTokens must be a power of two from 16 to 256, but is %d.", blockTokens);
  for (size_t i = 0; i < count; i++) {
    const int32_t* s = specs + 6 * i;
    if (s[0] < 0 || s[0] >= (int32_t)blocks.size() || blocks[s[0]] < 0) fail("bad-option", "Cache group %d has no number of blocks.", s[0]);
    const int32_t most = 1 << 16;
    if (s[1] > most || s[2] > most || s[3] > most) fail("bad-shape", "Cache %zu has a size above %d.", i, most);
    const bool int8 = s[5] == (int32_t)Type::int8;
    if (s[1] < 1 || s[2] < 1 || s[3] < 1 || s[4] < 0 || s[5] < 0 || (s[5] > 2 && !int8)) fail("bad-shape", "Cache %zu has a size below 1.", i);
    const int64_t size = size_of((Type)s[5]), heads = (int64_t)s[1] * blockTokens;
    const int64_t valueBytes = size * heads * s[2], scaleBytes = valueBytes + size * heads * s[3];
    const int64_t blockBytes = scaleBytes + (int8 ? 2 * sizeof(float) * heads : 0);
    if ((double)blockBytes * blocks[s[0]] > 1e15) fail("out-of-memory", "Cache %zu would take more than a petabyte.", i);
    Cache cache{s[0], s[4], {}, blocks[s[0]], Memory((size_t)(blockBytes * blocks[s[0]]), device->live)};
    cache.view = {cache.pool.data(), (Type)s[5], s[1], s[2], s[3], shift, blockBytes, valueBytes, scaleBytes, nullptr, 0};
    caches.push_back(std::move(cache));
  }
  if (slots < 0) fail("bad-option", "slots must be a whole number from 0, but is %d.", slots);
  for (int32_t width : widths) {
    if (width < 0) fail("bad-shape", "A recurrent state has a size below 0.");
    if (4.0 * width * slots > 1e15) fail("out-of-memory", "A recurrent state would take more than a petabyte.");
    recurrent.push_back({width, Memory(4 * (size_t)width * (size_t)slots, device->live)});
  }
}

int64_t State::bytes() const {
  int64_t total = 0;
  for (const Cache& cache : caches) total += (int64_t)cache.pool.bytes();
  for (const Slots& one : recurrent) total += (int64_t)one.pool.bytes();
  return total;
}

void State::check_move(const int32_t* m) const {
  if (m[0] == kSlotGroup) {
    if (m[1] >= 0 && m[1] < slots && m[3] >= 0 && m[3] < slots) return;
    fail("bad-option", "copy: slot %d to slot %d; there are %d.", m[1], m[3], slots);
  }
  const bool group = m[0] >= 0 && m[0] < (int32_t)blocks.size();
  const auto inside = [&](int32_t block, int32_t place) {
    return block >= 0 && block < blocks[m[0]] && place >= 0 && m[5] >= 0 && place <= blockTokens - m[5];
  };
  if (!group || m[5] > blockTokens || !inside(m[1], m[2]) || !inside(m[3], m[4])) {
    fail("bad-option", "copy: [%d, %d, %d, %d, %d, %d] leaves the blocks of its group.", m[0], m[1], m[2], m[3], m[4], m[5]);
  }
}

// Where number d of a key lies in its block.
static uint8_t* key_number(const CacheView& v, uint8_t* block, int64_t size, int64_t place, int64_t d) {
  return block + size * ((place / kRun * v.keyDim + d) * kRun + place % kRun);
}

static void copy_keys(const CacheView& v, const int32_t* m, int64_t size) {
  const int64_t places = (int64_t)1 << v.blockShift;
  std::vector<uint8_t> held((size_t)(size * m[5]));
  for (int64_t head = 0; head < v.heads; head++) {
    for (int64_t d = 0; d < v.keyDim; d++) {
      for (int64_t i = 0; i < m[5]; i++) {
        memcpy(&held[i * size], key_number(v, v.pool + m[1] * v.blockBytes, size, head * places + m[2] + i, d), size);
      }
      for (int64_t i = 0; i < m[5]; i++) {
        memcpy(key_number(v, v.pool + m[3] * v.blockBytes, size, head * places + m[4] + i, d), &held[i * size], size);
      }
    }
  }
}

// Keys of a block between [places][keyDim] and runs.
template <class N>
static void turn_keys(const CacheView& v, N* rows, N* runs, bool out) {
  const int64_t places = (int64_t)v.heads << v.blockShift;
  for (int64_t place = 0; place < places; place++) {
    N *row = rows + place * v.keyDim, *run = runs + place / kRun * kRun * v.keyDim + place % kRun;
    for (int64_t d = 0; d < v.keyDim; d++) (out ? row[d] : run[d * kRun]) = out ? run[d * kRun] : row[d];
  }
}

static void turn_keys(const CacheView& v, uint8_t* rows, uint8_t* runs, bool out) {
  if (v.type == Type::f32) turn_keys(v, (uint32_t*)rows, (uint32_t*)runs, out);
  else if (v.type == Type::int8) turn_keys<uint8_t>(v, rows, runs, out);
  else turn_keys(v, (uint16_t*)rows, (uint16_t*)runs, out);
}

void State::read(int cache, int32_t index, uint8_t* into, size_t bytes) {
  uint8_t* from = block(cache, index, bytes);
  memcpy(into, from, bytes);
  if (cache < (int)caches.size()) turn_keys(caches[cache].view, into, from, true);
}

void State::write(int cache, int32_t index, const uint8_t* from, size_t bytes) {
  uint8_t* to = block(cache, index, bytes);
  memcpy(to, from, bytes);
  if (cache < (int)caches.size()) turn_keys(caches[cache].view, (uint8_t*)from, to, false);
}

void State::copy(const int32_t* m) {
  for (Slots& one : recurrent) {
    if (m[0] != kSlotGroup || one.width == 0) continue;
    float* pool = (float*)one.pool.data();
    memmove(pool + m[3] * one.width, pool + m[1] * one.width, 4 * (size_t)one.width);
  }
  for (Cache& cache : caches) {
    if (cache.group != m[0]) continue;
    const CacheView& v = cache.view;
    const int64_t size = size_of(v.type);
    const auto part = [&](int64_t base, int64_t width) {
      for (int64_t head = 0; head < v.heads; head++) {
        uint8_t* at = v.pool + base + head * blockTokens * width;
        memmove(at + m[3] * v.blockBytes + m[4] * width, at + m[1] * v.blockBytes + m[2] * width, (size_t)(m[5] * width));
      }
    };
    copy_keys(v, m, size);
    part(v.valueBytes, v.valueDim * size);
    if (v.type != Type::int8) continue;
    part(v.scaleBytes, sizeof(float));
    part(v.scaleBytes + (int64_t)sizeof(float) * v.heads * blockTokens, sizeof(float));
  }
}

uint8_t* State::block(int cache, int32_t block, size_t bytes) {
  if (released_) fail("disposed", "The state was disposed.");
  if (cache >= (int)caches.size()) return slot(cache - (int)caches.size(), block, bytes);
  if (cache < 0) fail("bad-option", "The state has no cache %d.", cache);
  const Cache& c = caches[cache];
  if (block < 0 || block >= c.blocks || bytes != (size_t)c.view.blockBytes) {
    fail("bad-option", "cache: block %d with %zu bytes; there are %d blocks of %lld bytes.", block, bytes, c.blocks, (long long)c.view.blockBytes);
  }
  return c.pool.data() + block * c.view.blockBytes;
}

uint8_t* State::slot(int state, int32_t slot, size_t bytes) {
  if (state >= (int)recurrent.size()) fail("bad-option", "The state has no recurrent state %d.", state);
  const size_t size = 4 * (size_t)recurrent[state].width;
  if (slot < 0 || slot >= slots || bytes != size) fail("bad-option", "state: slot %d with %zu bytes; there are %d slots of %zu bytes.", slot, bytes, slots, size);
  return recurrent[state].pool.data() + slot * size;
}

}  // namespace engine
