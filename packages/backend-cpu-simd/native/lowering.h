// From a program's nodes to kernel calls: resolves addresses, checks every shape a kernel relies on, finds
// where threads must wait for each other.
#pragma once
#include "meetings.h"
#include "plan.h"

namespace engine {

class Lowering {
 public:
  Lowering(Plan& plan, const Program& program, const std::vector<std::string>& ops, const std::vector<WeightPlace>& places,
           const std::vector<BlocksPlace>& blocks, const float* constants, size_t constantCount);
  void run();

 private:
  struct Value {
    Operand operand;        // as stored
    Operand decoded;        // weights: as f32, made when first asked for
    int roots = 0;          // i32: bit i set when it holds elements of input i
    int32_t least = 0, most = 0;  // and of constants in this range
    const WeightPlace* place = nullptr;  // weights
  };
  void deliver();
  Value source(const Node& node);
  Value weight(const Node& node);
  Value blocks(const Node& node, const WeightPlace& place);
  const Deferred::Weight* deferred(const uint8_t* memory) const;
  Value constant(const Node& node);
  Operand input(const Node& node, size_t i);  // as f32 or i32
  Operand stored(const Node& node, size_t i) const { return values_[node.inputs[i]].operand; }  // weights in their storage type
  void add(const Node& node, Kernel kernel, std::vector<Operand> inputs, Operand output);
  void require(bool fits, const Node& node) const;
  void check(const Node& node, const std::vector<Operand>& in, const Operand& out);
  void check_layout(const std::string& op, const Node& node, const std::vector<Operand>& in, const Operand& out);
  void check_ids(const Node& node);
  void check_routing(const std::string& op, const Node& node, const std::vector<Operand>& in, const Operand& out);
  void check_recurrent(const std::string& op, const Node& node, const std::vector<Operand>& in, const Operand& out);
  void attend(const Node& node, Call& call);
  bool rounds(const Node& node, const Call& call, PlannedCall& planned);
  void place_rounded();
  bool streamed(const WeightPlace& place, const Node& node) const;
  void stream(const Node& node, PlannedCall& planned);
  void route(const Node& node, PlannedCall& planned, std::vector<Operand>& inputs);
  void look_up(const Node& node, PlannedCall& planned, std::vector<Operand>& inputs);
  const MappedRows* look_up_mapped(const WeightPlace& place, const std::vector<Operand>& inputs, Kernel gather);
  std::vector<Meetings::Touched> touched(const Node& node, const Call& call) const;
  Meetings::Touched touch(const Operand& x, bool written) const;

  Plan& plan_;
  const Program& program_;
  const std::vector<std::string>& ops_;
  const std::vector<WeightPlace>& places_;
  const std::vector<BlocksPlace>& blocks_;
  const float* constants_;
  const size_t constantCount_;
  std::vector<Value> values_;
  Meetings meetings_;
  std::vector<int32_t> nodeOf_;  // of each call
  // The value whose rows were rounded last, and for what; calls that read such rows; bytes of the largest.
  struct Rounded {
    int32_t value = -1, depth = 0;
    const Layout* layout = nullptr;
  } rounded_;
  std::vector<size_t> readRounded_;
  int64_t roundedBytes_ = 0;
};

}  // namespace engine
