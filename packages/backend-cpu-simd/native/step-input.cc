#include "step-input.h"

namespace engine {

// Columns of one sequence's record.
enum { kFirstRow = 0, kSequenceRows = 1, kCached = 2, kSlotRead = 3, kSlotWritten = 4, kStride = 7 };
static const char* const kInputs[] = {"token", "position", "extent"};

void StepInput::check(const Limits& limits, const State& state) {
  const int32_t count = tokens();
  if (count == 0 || count > limits.tokens) fail("bad-option", "step: %d tokens; the program takes 1 to %d.", count, limits.tokens);
  for (const auto& input : ids) {
    if ((int32_t)input.size() != count) fail("bad-option", "step: positions and extents must have one entry for each of the %d tokens.", count);
  }
  for (int input = 0; input < 3; input++) {
    for (int32_t row = 0; limits.ids[input] && row < count; row++) {
      const int32_t id = ids[input][row];
      if (id < 0 || id >= limits.ids[input]) {
        fail("bad-option", "step: %s %d at row %d is outside the table of %d rows it is looked up in.", kInputs[input], id, row, limits.ids[input]);
      }
    }
  }
  if (rows() > limits.rows) fail("bad-option", "step: %d wanted rows; the program takes at most %d.", rows(), limits.rows);
  for (int32_t i = 0; i < rows(); i++) {
    if (wanted[i] < 0 || wanted[i] >= count || (i > 0 && wanted[i] <= wanted[i - 1])) {
      fail("bad-option", "step: wanted rows must ascend from 0 to %d, but entry %d is %d.", count - 1, i, wanted[i]);
    }
  }
  const size_t records = sequences.size() / kStride;
  if (records == 0 || sequences.size() % kStride || records > (size_t)limits.sequences) {
    fail("bad-option", "step: %zu numbers of sequences; the program takes 1 to %d records of %d.", sequences.size(), limits.sequences, kStride);
  }
  sequence.clear();
  place.clear();
  rowsOf.clear();
  for (size_t s = 0; s < records; s++) {
    const int32_t* record = &sequences[s * kStride];
    const int32_t from = (int32_t)sequence.size();
    if (record[kFirstRow] != from || record[kSequenceRows] < 1 || record[kSequenceRows] > count - from) {
      fail("bad-option", "step: sequence %zu must begin at row %d and have 1 to %d rows.", s, from, count - from);
    }
    if (record[kCached] < 0 || record[kCached] > INT32_MAX - record[kSequenceRows]) fail("bad-option", "step: sequence %zu has %d cached places.", s, record[kCached]);
    rowsOf.push_back({from, record[kSequenceRows], record[kSlotRead], record[kSlotWritten]});
    for (int32_t row = 0; row < record[kSequenceRows]; row++) {
      sequence.push_back((int32_t)s);
      place.push_back(record[kCached] + row);
    }
  }
  if ((int32_t)sequence.size() != count) fail("bad-option", "step: the sequences have %zu rows, but there are %d tokens.", sequence.size(), count);
  check_media(limits);
  check_tables(limits, state);
  if (limits.recurrent) check_slots(state);
  if (selects) check_select(limits.vocab);
}

// Neighbouring rows of a sequence with one number ≥ 0 are a block.
void StepInput::check_media(const Limits& limits) {
  const int32_t count = tokens();
  if (!media.empty() && (int32_t)media.size() != count) fail("bad-option", "step: media must have one entry for each of the %d tokens.", count);
  blockEnd = place;
  for (int32_t row = count - 2; row >= 0 && !media.empty(); row--) {
    if (media[row] >= 0 && media[row + 1] == media[row] && sequence[row + 1] == sequence[row]) blockEnd[row] = blockEnd[row + 1];
  }
  given.assign((size_t)count, nullptr);
  if (embeddings.empty() && givenRows.empty()) return;
  if (limits.embedding == 0) fail("bad-option", "step: the program takes no embeddings.");
  if (embeddings.size() != givenRows.size() * (size_t)limits.embedding) {
    fail("bad-option", "step: %zu embeddings of %d numbers are expected, but there are %zu numbers.", givenRows.size(), limits.embedding, embeddings.size());
  }
  for (size_t i = 0; i < givenRows.size(); i++) {
    if (givenRows[i] < 0 || givenRows[i] >= count || (i > 0 && givenRows[i] <= givenRows[i - 1])) {
      fail("bad-option", "step: rows of embeddings must ascend from 0 to %d, but entry %zu is %d.", count - 1, i, givenRows[i]);
    }
    given[givenRows[i]] = &embeddings[i * limits.embedding];
  }
}

// Every block that a row of the step reads or writes must be one of the pool's.
void StepInput::check_tables(const Limits& limits, const State& state) {
  const size_t records = sequences.size() / kStride;
  widths.assign(limits.groups.size(), 0);
  for (size_t g = 0; g < limits.groups.size(); g++) {
    if (!limits.groups[g].used) continue;
    if (g >= tables.size() || tables[g].size() % records) fail("bad-option", "step: the block table of group %zu is missing or does not have %zu rows.", g, records);
    const int64_t width = (int64_t)(tables[g].size() / records);
    widths[g] = (int32_t)width;
    for (size_t s = 0; s < records; s++) {
      const int64_t cached = sequences[s * kStride + kCached], end = cached + sequences[s * kStride + kSequenceRows];
      const int64_t window = limits.groups[g].window;
      const int64_t first = window && cached + 1 > window ? cached + 1 - window : 0;
      for (int64_t block = first / state.blockTokens; block * state.blockTokens < end; block++) {
        const int32_t number = block < width ? tables[g][s * width + block] : -1;
        if (number >= 0 && number < state.blocks[g]) continue;
        fail("bad-option", "step: place %lld of sequence %zu needs a block of group %zu, but its table names %d; there are %d blocks.",
             (long long)(block * state.blockTokens), s, g, number, state.blocks[g]);
      }
    }
  }
}

// A slot that is written belongs to one sequence of the step alone: threads work on sequences side by side.
void StepInput::check_slots(const State& state) {
  std::vector<bool> written((size_t)state.slots);
  for (size_t s = 0; s < rowsOf.size(); s++) {
    const auto [first, count, read, to] = rowsOf[s];
    if (read >= state.slots || to < 0 || to >= state.slots || read == to || written[to]) {
      fail("bad-option", "step: sequence %zu reads slot %d and writes slot %d; they must differ, the written one from those of other sequences too, and there are %d.",
           s, read, to, state.slots);
    }
    written[to] = true;
  }
  for (size_t s = 0; s < rowsOf.size(); s++) {
    const int32_t read = rowsOf[s].readSlot;
    if (read >= 0 && written[read]) fail("bad-option", "step: sequence %zu reads slot %d, which another sequence of the step writes.", s, read);
  }
}

void StepInput::check_select(int32_t vocab) {
  const size_t n = wanted.size();
  if (vocab == 0) fail("bad-option", "step: select needs a program with the output \"logits\".");
  if (select.temperature.size() != n) fail("bad-option", "step: select has %zu temperatures for %zu wanted rows.", select.temperature.size(), n);
  const size_t words = ((size_t)vocab + 31) / 32;
  if (!select.mask.empty() && select.mask.size() != n * words) fail("bad-option", "step: the mask has %zu words; %zu rows take %zu each.", select.mask.size(), n, words);
  if (!select.noise.empty() && select.noise.size() != n * 4) fail("bad-option", "step: noise has %zu words; %zu rows take 4 each.", select.noise.size(), n);
  for (const Adjustment& change : select.adjustments) {
    if (change.id < 0 || change.id >= vocab) fail("bad-option", "step: an adjustment names id %d, but the vocabulary has %d.", change.id, vocab);
  }
}

}  // namespace engine
