// The keys that end an `attach` and leave the container running: "ctrl-p,ctrl-q" by default. Pure.
// Reads: docker-attach(1), ascii(7).
#pragma once

#include <string>
#include <string_view>

namespace engine {

// "a", "ctrl-p,ctrl-q", "ctrl-@": the bytes that a terminal sends for them. Throws std::invalid_argument.
std::string parse_detach_keys(const std::string& text);

// Looks for them in what is typed.
class DetachKeys {
 public:
  // The bytes of parse_detach_keys(); empty for none.
  explicit DetachKeys(std::string keys) : keys_(std::move(keys)) {}
  // What of `typed` is for the program. The beginning of the keys is held back until it is known to be one.
  std::string pass(std::string_view typed);
  // All of them were typed; what came after is for nobody.
  bool complete() const { return !keys_.empty() && matched_ == keys_.size(); }

 private:
  std::string keys_;
  std::size_t matched_ = 0;
};

}  // namespace engine
