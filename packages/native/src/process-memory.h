#pragma once

namespace engine {

// Gives the system what this process holds and does not use: freed memory, and pages of programs and libraries, which come
// back from the page cache when they are run again. Most of a program's pages are needed only while it starts.
void trim_process();

}  // namespace engine
