#include "mapped-rows.h"

#include "program.h"

namespace engine {

static int64_t lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }

int64_t MappedRows::scratch() const {
  int64_t bytes = 0;
  for (int32_t part = 0; part < partCount; part++) bytes += lines(parts[part].rowBytes);
  return bytes;
}

void MappedRows::ask(int64_t id) const {
  if (id < 0 || id >= rows) return;
  for (int32_t part = 0; part < partCount; part++) parts[part].file->fetch(parts[part].at(id), (uint64_t)parts[part].rowBytes);
}

void gather_mapped(const Call& call, const Step& step, const Share& share) {
  const MappedRows& from = *call.mapped;
  const Operand &table = call.inputs[0], &ids = call.inputs[1];
  const int64_t count = size_of(ids.shape).most(step.tokens, step.rows), width = table.shape.dims[1];
  const int64_t begin = count * share.thread / share.threads, end = count * (share.thread + 1) / share.threads;
  const auto* id = (const int32_t*)ids.data;
  // All at once: a disk with a queue is soon done with them.
  for (int64_t i = begin; !from.asked && end - begin > 1 && i < end; i++) from.ask(id[i]);
  // The kernel finds one row, or none.
  int32_t which;
  QuantizedWeight row;
  Operand found[2] = {table, {&which, Type::i32, {1, {1}}}};
  found[0].shape.dims[0] = 1;
  found[0].data = share.scratch;
  if (table.type == Type::quantized) {
    row = *(const QuantizedWeight*)table.data;
    row.rows.rows = 1;
    row.begin = 0;
    uint8_t* at = share.scratch;
    for (int32_t part = 0; part < from.partCount; at += lines(from.parts[part++].rowBytes)) row.rows.part[part] = at;
    found[0].data = &row;
  }
  Call one = call;
  one.inputs = found;
  const Share own{0, 1, share.scratch + from.scratch()};
  for (int64_t i = begin; i < end; i++) {
    which = id[i] >= 0 && id[i] < from.rows ? 0 : -1;
    uint8_t* at = share.scratch;
    for (int32_t part = 0; which == 0 && part < from.partCount; at += lines(from.parts[part++].rowBytes)) {
      from.parts[part].file->read(from.parts[part].at(id[i]), (size_t)from.parts[part].rowBytes, at);
    }
    one.output.data = (float*)call.output.data + i * width;
    from.gather(one, step, own);
  }
}

}  // namespace engine
