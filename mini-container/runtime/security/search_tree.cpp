// See search_tree.h. For each architecture: the runs of numbers that the original answers alike, then the search.
#include "mini-container/runtime/security/search_tree.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>

namespace security {

namespace {

constexpr std::size_t kLongestJump = 255;

void append(BpfProgram& program, const BpfProgram& part) {
  program.insert(program.end(), part.begin(), part.end());
}

// "if the accumulator satisfies `comparison` with `k`, go on behind `skipped`, else into it".
void jump_over(BpfProgram& program, std::uint16_t comparison, std::uint32_t k, const BpfProgram& skipped) {
  const auto size = static_cast<std::uint32_t>(skipped.size());
  if (size <= kLongestJump) {
    program.push_back(BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), k,
                               static_cast<std::uint8_t>(size), 0));
  } else {
    // A conditional jump has eight bits; the unconditional one behind it has thirty-two.
    program.push_back(BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), k, 0, 1));
    program.push_back(BPF_STMT(BPF_JMP | BPF_JA, size));
  }
  append(program, skipped);
}

// A search over neighbouring runs: comparisons first, then each distinct ending once, for all to jump to.
class Search {
 public:
  Search(const BpfProgram& original, const std::vector<Run>& runs) : original_(original), runs_(runs) {}

  // The search over runs [begin, end), with the number in the accumulator; nothing if a jump would be too long.
  std::optional<BpfProgram> over(std::size_t begin, std::size_t end) {
    add(begin, end);
    std::vector<std::size_t> ending_starts;
    std::size_t position = nodes_.size();
    BpfProgram endings;
    for (const Outcome& outcome : endings_) {
      ending_starts.push_back(position + endings.size());
      append(endings, outcome.answers ? BpfProgram{BPF_STMT(BPF_RET | BPF_K, outcome.value)}
                                      : reachable_from(original_, outcome.value));
    }
    BpfProgram program;
    for (std::size_t at = 0; at < nodes_.size(); ++at) {
      const auto distance = [&](const Target& target) {
        return (target.is_ending ? ending_starts[target.index] : target.index) - at - 1;
      };
      const std::size_t below = distance(nodes_[at].below);
      const std::size_t from = distance(nodes_[at].from);
      if (below > kLongestJump || from > kLongestJump) return std::nullopt;
      program.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, nodes_[at].bound, static_cast<std::uint8_t>(from),
                                 static_cast<std::uint8_t>(below)));
    }
    append(program, endings);
    return program;
  }

 private:
  struct Target {
    bool is_ending = false;
    std::size_t index = 0;  // into nodes_ or endings_
  };
  struct Node {
    std::uint32_t bound = 0;
    Target below, from;
  };

  Target add(std::size_t begin, std::size_t end) {
    if (end - begin == 1) {
      const auto found = std::find(endings_.begin(), endings_.end(), runs_[begin].outcome);
      const auto index = static_cast<std::size_t>(found - endings_.begin());
      if (found == endings_.end()) endings_.push_back(runs_[begin].outcome);
      return {true, index};
    }
    const std::size_t index = nodes_.size();
    const std::size_t middle = begin + (end - begin) / 2;
    nodes_.push_back({runs_[middle].first, {}, {}});
    // ORDER: a node before those below it, since jumps only lead forward.
    const Target below = add(begin, middle);
    const Target from = add(middle, end);
    nodes_[index].below = below;
    nodes_[index].from = from;
    return {false, index};
  }

  const BpfProgram& original_;
  const std::vector<Run>& runs_;
  std::vector<Node> nodes_;
  std::vector<Outcome> endings_;
};

// A search whose jumps all fit their eight bits, split in two as often as that takes.
BpfProgram search(const BpfProgram& original, const std::vector<Run>& runs, std::size_t begin,
                  std::size_t end) {
  if (auto program = Search(original, runs).over(begin, end)) return *program;
  const std::size_t middle = begin + (end - begin) / 2;
  BpfProgram program;
  jump_over(program, BPF_JGE, runs[middle].first, search(original, runs, begin, middle));
  append(program, search(original, runs, middle, end));
  return program;
}

BpfProgram for_architecture(const BpfProgram& original, const std::vector<Run>& runs) {
  BpfProgram tree;
  if (runs.size() > 1) tree.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  append(tree, search(original, runs, 0, runs.size()));
  return tree;
}

// An architecture that the program does not name.
std::uint32_t another(const std::set<std::uint32_t>& architectures) {
  std::uint32_t value = UINT32_MAX;
  while (architectures.contains(value))
    --value;
  return value;
}

BpfProgram rewritten(const BpfProgram& program) {
  const Constants constants = constants_of(program);
  BpfProgram result = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch))};
  for (const std::uint32_t architecture : constants.architectures) {
    const BpfProgram tree = for_architecture(program, runs_of(program, architecture, constants.bounds));
    result.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0));
    result.push_back(BPF_STMT(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(tree.size())));
    append(result, tree);
  }
  const auto rest = runs_of(program, another(constants.architectures), constants.bounds);
  append(result, for_architecture(program, rest));
  return result;
}

}  // namespace

BpfProgram search_tree(const BpfProgram& program) {
  try {
    BpfProgram result = rewritten(program);
    return result.size() < program.size() ? result : program;
  } catch (const std::logic_error&) {
    return program;
  }
}

}  // namespace security
