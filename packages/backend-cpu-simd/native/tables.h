// Rows of a table that stays in its files: those that steps looked up last are in memory.
#pragma once
#include <unordered_map>

#include "readers.h"

namespace engine {

class Table {
 public:
  struct Part {
    int file;
    uint64_t offset;
    int64_t rowBytes;
  };
  // capacity: rows that are kept.
  Table(Readers& readers, std::vector<Part> parts, int64_t rows, int64_t capacity, Live live);
  int64_t rows() const { return rows_; }
  int64_t row_bytes(size_t part) const { return parts_[part].rowBytes; }
  size_t parts() const { return parts_.size(); }
  // Room for so many different rows at once. Not while a step runs.
  void hold(int64_t rows);
  // Begins to read rows that are not here, as far as there is room; ids out of range are nobody's.
  void ask(const int32_t* ids, int64_t count);
  // Waits until all are here; slots[i] is where ids[i] lies, -1 for an id out of range. True when `stop` ended the wait.
  // Throws "io-failed".
  bool take(const int32_t* ids, int64_t count, int32_t* slots, const std::function<bool()>& stop);
  // Rows of a part, by slot; until the next hold().
  const uint8_t* data(size_t part) const { return memory_.data() + begins_[part]; }
  int64_t capacity() const { return (int64_t)slots_.size(); }

 private:
  struct Slot {
    int32_t id;
    bool reading;
    int64_t wanted;    // the call that last named it
    int32_t older, newer;  // by last use
  };
  void lay_out(int64_t capacity);
  void freshen(int32_t slot);
  int32_t free_slot();
  bool begin(const std::vector<int32_t>& ids);
  void came(int32_t id, int32_t at, const std::string& why);

  Readers& readers_;
  const std::vector<Part> parts_;
  const int64_t rows_;
  const Live live_;
  Memory memory_;
  uint64_t begins_[kMostParts] = {};
  std::vector<Slot> slots_;
  std::unordered_map<int32_t, int32_t> slotOf_;
  int32_t oldest_ = -1, newest_ = -1;
  std::mutex mutex_;
  std::condition_variable arrived_;
  int64_t call_ = 0;
  int reading_ = 0;
  std::string broken_;
};

}  // namespace engine
