#pragma once
#include <vector>

#include "device.h"
#include "tensor.h"

namespace engine {

// Keys and values of one owner, in a pool of blocks; CacheView says how they lie.
struct Cache {
  int32_t group;
  int32_t window;  // 0: none
  CacheView view;  // without a step's table
  int32_t blocks;
  Memory pool;
};

// What one recurrent op keeps for each sequence: slots of `width` f32 values.
struct Slots {
  int64_t width;
  Memory pool;
};

// Group of the moves that copy slots of all recurrent state.
constexpr int32_t kSlotGroup = -1;

class State {
 public:
  // specs: [n, 6] group, heads, keyDim, valueDim, window (0: none), type (f32, f16, bf16 or int8). blocks: of each group.
  // widths: values of one slot of each recurrent op.
  State(std::shared_ptr<Device> device, const int32_t* specs, size_t count, int32_t blockTokens, const std::vector<int32_t>& blocks,
        const std::vector<int32_t>& widths, int32_t slots);
  // One [group, from block, from place, to block, to place, places]; throws when it leaves the pool.
  void copy(const int32_t* move);
  // A block of a cache as StateStore says, or, behind the caches, a slot of a recurrent op.
  void read(int cache, int32_t block, uint8_t* into, size_t bytes);
  void write(int cache, int32_t block, const uint8_t* from, size_t bytes);
  // Throws when there is no such block or slot of so many bytes.
  uint8_t* block(int cache, int32_t block, size_t bytes);
  void check_move(const int32_t* move) const;
  int64_t bytes() const;
  void release() {
    caches.clear();
    recurrent.clear();
    released_ = true;
  }
  bool released() const { return released_; }

  const std::shared_ptr<Device> device;
  const int32_t blockTokens;
  const std::vector<int32_t> blocks;
  const int32_t slots;
  std::vector<Cache> caches;
  std::vector<Slots> recurrent;

 private:
  uint8_t* slot(int state, int32_t slot, size_t bytes);
  std::atomic<bool> released_{false};
};

}  // namespace engine
