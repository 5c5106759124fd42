#pragma once
#include <cstdarg>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace engine {

// Reaches JavaScript as an EngineError: `code` is a word a program can switch on.
struct Error : std::runtime_error {
  Error(const char* code, const std::string& text) : std::runtime_error(text), code(code) {}
  const char* code;
};

[[noreturn]] inline void fail(const char* code, const char* format, ...) __attribute__((format(printf, 2, 3)));
[[noreturn]] inline void fail(const char* code, const char* format, ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  throw Error(code, text);
}

}  // namespace engine
