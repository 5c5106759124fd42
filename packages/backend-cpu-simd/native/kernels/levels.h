#pragma once
#include "../quantized.h"
#include "kernels.h"

namespace engine {

struct Level {
  const char* name;
  const Kernels* kernels;
  const QuantizedKernels* quantized;
  const Bf16Kernels* bf16;    // nullptr: as f32
  const TiledKernels* tiled;  // nullptr: by vectors
  bool (*here)();  // whether processor and operating system have it
};

// From the plainest to the fastest that was compiled in.
extern const Level levels[];
extern const int levelCount;

}  // namespace engine
