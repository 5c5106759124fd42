// One step's input, copied from JavaScript and checked against its program before anything runs.
#pragma once
#include <atomic>
#include <vector>

#include "state.h"

namespace engine {

struct Limits {
  int32_t tokens, rows, sequences;
  // Ids each input may hold, below this: it is gathered with. tokens, positions, extents; 0: any.
  int32_t ids[3];
  // For each cache group, whether it is used, and the window its caches keep (0: all).
  struct Group {
    bool used;
    int32_t window;
  };
  std::vector<Group> groups;
  int32_t embedding;  // width of the embeddings a caller may give; 0: none
  int32_t vocab;   // 0: no logits
  bool recurrent;  // every sequence reads and writes a slot
};

struct Adjustment {
  int32_t id;
  float divide, add;
};

struct Select {
  int32_t top = 0;
  std::vector<float> temperature;
  std::vector<uint32_t> mask;       // [rows, words] or empty
  std::vector<uint32_t> noise;      // [rows, 4] or empty
  std::vector<int32_t> firstOf;     // [rows + 1] where each row's adjustments begin
  std::vector<Adjustment> adjustments;
};

struct StepInput {
  std::vector<int32_t> ids[3];  // tokens, positions, extents
  std::vector<int32_t> sequences;
  std::vector<std::vector<int32_t>> tables;
  std::vector<int32_t> wanted;
  std::vector<int32_t> media;       // of each token, or empty
  std::vector<int32_t> givenRows;   // rows whose embeddings are given
  std::vector<float> embeddings;    // [givenRows, width]
  bool selects = false;
  Select select;
  // Made by check():
  std::vector<int32_t> sequence, place, blockEnd;  // of each token
  std::vector<const float*> given;       // of each token
  std::vector<int32_t> widths;           // of each group's table
  std::vector<Rows> rowsOf;              // of each sequence

  int32_t tokens() const { return (int32_t)ids[0].size(); }
  int32_t rows() const { return (int32_t)wanted.size(); }
  void check(const Limits& limits, const State& state);

 private:
  void check_media(const Limits& limits);
  void check_tables(const Limits& limits, const State& state);
  void check_slots(const State& state);
  void check_select(int32_t vocab);
};

}  // namespace engine
