// Steps of one row, as a decoded token is: the calls of a plan in an order in which threads meet seldom. What is little
// work every thread does for itself, into memory of its own, so that nobody waits for it; the rest is shared. An op that
// goes number by number over a product takes each thread's own outputs. Sums and their order are those of any step.
#pragma once
#include "meetings.h"
#include "plan.h"

namespace engine {

class OneRow {
 public:
  OneRow(Plan& plan, const Program& program, const std::vector<std::string>& ops, const std::vector<int32_t>& nodeOf);
  void run();

 private:
  // A call, by its number in the plan.
  struct Item {
    int32_t node;             // whose value it makes
    std::vector<int32_t> of;  // of each input: whose value it is, or -1
    std::vector<int32_t> after;
    std::vector<Pooled> pools;
    bool own;       // every thread for itself
    bool joins;     // the second half of an attention
    int64_t grain;  // shared product: outputs that go to a thread together; else 0
    bool follows = false;  // shared in the same grains
    int32_t phase = -1;
  };
  struct Value {
    int32_t first = -1, last = -1;  // written and last read: positions in the order, or phases where it is shared
    int64_t bytes = 0, at = 0;
    bool own = false, kept = false;  // kept: an output, which stays where every step has it
  };

  void describe();
  bool little(const std::string& op, const Operand& out) const;
  int64_t product_grain(const std::string& op, const Call& call) const;
  void order();
  bool fits(const Item& item, const std::vector<int32_t>& written, const std::vector<Pooled>& pools) const;
  bool follows(const Item& item, const std::vector<int32_t>& written) const;
  void place();
  int64_t lay_out(bool own);
  void emit();

  Plan& plan_;
  const Program& program_;
  const std::vector<std::string>& ops_;
  const std::vector<int32_t>& nodeOf_;
  std::vector<int32_t> owner_;  // of each node: whose bytes it shows
  std::vector<Item> items_;
  std::vector<int32_t> order_;
  std::vector<Value> values_;  // by node
  std::vector<int32_t> maker_;  // of each node: the call that makes it, the first one
};

}  // namespace engine
