#pragma once
#include "kernels.h"

namespace engine {

struct Level {
  const char* name;
  const Kernels* kernels;
  bool (*here)();  // whether processor and operating system have it
};

// From the plainest to the fastest that was compiled in.
extern const Level levels[];
extern const int levelCount;

}  // namespace engine
