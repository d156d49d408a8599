// See detach_keys.h.
#include "mini-container/engine/detach_keys.h"

#include <fmt/format.h>

#include <cctype>
#include <stdexcept>

#include "base/text/text.h"

namespace engine {

namespace {

// A control key clears the two upper bits of its letter.
constexpr int kControlBits = 0x1f;

char key_of(std::string_view name, const std::string& all) {
  constexpr std::string_view kControl = "ctrl-", kOthers = "@[\\]^_";
  if (name.size() == 1) return name.front();
  const char last = name.empty() ? '\0' : name.back();
  const bool letter = std::isalpha(static_cast<unsigned char>(last)) != 0;
  if (name.starts_with(kControl) && name.size() == kControl.size() + 1 &&
      (letter || kOthers.find(last) != std::string_view::npos)) {
    return static_cast<char>(last & kControlBits);
  }
  throw std::invalid_argument(fmt::format(
      "--detach-keys {}: invalid escape keys: expected keys like a or ctrl-a, with commas between", all));
}

}  // namespace

std::string parse_detach_keys(const std::string& text) {
  std::string keys;
  if (text.empty()) return keys;
  for (const std::string_view name : text::split(text, ','))
    keys += key_of(name, text);
  return keys;
}

std::string DetachKeys::pass(std::string_view typed) {
  std::string result;
  for (const char key : typed) {
    if (complete()) break;
    if (!keys_.empty() && key == keys_[matched_]) {
      ++matched_;
      continue;
    }
    // It was not them: the program gets what was held back. This key may begin them anew.
    result.append(keys_, 0, matched_);
    matched_ = !keys_.empty() && key == keys_.front() ? 1 : 0;
    if (matched_ == 0) result += key;
  }
  return result;
}

}  // namespace engine
