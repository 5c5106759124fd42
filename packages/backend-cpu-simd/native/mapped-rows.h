// Tables that stay in their file: rows are read when they are looked up.
#pragma once
#include "mapping.h"
#include "quantized.h"

namespace engine {

// In the address space a row would bring the page it is in and those the system has around it, up to 2 MiB of them, and keep them.
struct MappedRows {
  struct Part {
    const Mapping* file;
    uint64_t offset;  // of the first wanted row
    int64_t rowBytes;
    uint64_t at(int64_t id) const { return offset + (uint64_t)(id * rowBytes); }
  };
  Kernel gather;  // of rows in memory
  Part parts[kMostParts];
  int32_t partCount;
  int64_t rows;
  bool asked;  // the step asks for its rows when it begins
  // What a thread's scratch holds of a row.
  int64_t scratch() const;
  // Begins to read a row, and does not wait. Ids that are none of a row are passed over.
  void ask(int64_t id) const;
};

// A gather whose table is `call.mapped`.
void gather_mapped(const Call& call, const Step& step, const Share& share);

}  // namespace engine
