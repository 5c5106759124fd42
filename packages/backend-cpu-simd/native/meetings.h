// Where threads that walk a list of calls must wait for each other.
#pragma once
#include <vector>

#include "program.h"

namespace engine {

// A part of a pool that calls share: caches and recurrent states, and what attention leaves for its joining.
struct Pooled {
  int32_t pool;  // -1: none
  bool written;
};

// What an op does with pools, `views` of which are caches. The last one is attention's segments.
inline std::vector<Pooled> pools_of(const std::string& op, const Attrs& attrs, int32_t views, int32_t states) {
  const int32_t segments = views + states;
  if (op == "append") return {{attrs.cache, true}};
  if (op == "attention") return {{attrs.cache, false}, {segments, true}};
  if (op == "short-conv" || op == "delta-rule") return {{views + attrs.cache, true}};
  return {};
}

// Bytes that calls touched since threads met.
class Meetings {
 public:
  struct Touched {
    const uint8_t *begin, *end;
    bool written;
  };
  // Whether threads must meet before a call that touches this: it reads or writes what another writes, or writes what one
  // reads. Then it is the first after the meeting.
  bool before(const std::vector<Touched>& mine) {
    bool meet = false;
    for (const Touched& a : mine) {
      for (const Touched& b : touched_) meet |= (a.written || b.written) && a.begin < b.end && b.begin < a.end;
    }
    if (meet) touched_.clear();
    touched_.insert(touched_.end(), mine.begin(), mine.end());
    return meet;
  }
  // Threads meet whatever they touched; what they touch then.
  void after(const std::vector<Touched>& mine) { touched_ = mine; }

 private:
  std::vector<Touched> touched_;
};

}  // namespace engine
