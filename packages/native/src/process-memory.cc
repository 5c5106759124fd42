#include "process-memory.h"

#ifdef __linux__
#include <malloc.h>
#include <sys/mman.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>
#endif

namespace engine {

#ifdef __linux__

struct Range {
  uintptr_t begin, end;
};

// Mapped files that cannot be written to and of which no page was: what is taken away is in the file.
static std::vector<Range> clean_mappings() {
  std::vector<Range> found;
  FILE* file = fopen("/proc/self/smaps", "re");
  if (!file) return found;
  char line[4352];
  Range range{};
  bool candidate = false;
  while (fgets(line, sizeof line, file)) {
    uintptr_t begin, end;
    char allowed[5];
    unsigned long inode, kilobytes;
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %lu", &begin, &end, allowed, &inode) == 4) {
      if (candidate) found.push_back(range);
      range = {begin, end};
      candidate = inode != 0 && allowed[0] == 'r' && allowed[1] == '-' && allowed[3] == 'p';
    } else if (sscanf(line, "Anonymous: %lu", &kilobytes) == 1 || sscanf(line, "Swap: %lu", &kilobytes) == 1 || sscanf(line, "Locked: %lu", &kilobytes) == 1) {
      candidate = candidate && kilobytes == 0;
    }
  }
  if (candidate) found.push_back(range);
  fclose(file);
  return found;
}

void trim_process() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  for (const Range& range : clean_mappings()) madvise((void*)range.begin, range.end - range.begin, MADV_DONTNEED);
}

#else

void trim_process() {}

#endif

}  // namespace engine
