// See template_expression.h. An expression is read once, from the left, and evaluated as it is read.
#include "mini-container/cli/template_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <stdexcept>

#include "base/text/text.h"
#include "mini-container/cli/template_functions.h"

namespace cli {

namespace {

constexpr int kDeepest = 50;

[[noreturn]] void refuse(const std::string& what, const std::string& why) {
  throw std::invalid_argument(fmt::format("template: \"{}\": {}", what, why));
}

bool is_part_of_word(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}

const Json& member(const Json& of, const std::string& name) {
  if (of.is_object() && of.contains(name)) return of.at(name);
  std::string known;
  if (of.is_object()) {
    for (const auto& [key, _] : of.items())
      known += " ." + key;
  }
  refuse("." + name,
         known.empty() ? "there are no fields here" : "there is no such field; there are" + known);
}

class Expression {
 public:
  Expression(const std::string& text, const Scope& scope) : text_(text), scope_(scope) {}

  Json evaluate() {
    Json value = pipeline();
    if (at_ < text_.size()) refuse(text_, fmt::format("unexpected \"{}\"", text_.substr(at_)));
    return value;
  }

 private:
  char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char peek() {
    while (here() == ' ' || here() == '\t' || here() == '\n')
      ++at_;
    return here();
  }

  Json pipeline() {
    if (++depth_ > kDeepest) refuse(text_.substr(0, 20) + "...", "nested too deep");
    Json value = command({});
    while (peek() == '|') {
      ++at_;
      value = command({value});
    }
    --depth_;
    return value;
  }

  // A value alone, or a function with its arguments, of which the last came through the pipe.
  Json command(const Arguments& piped) {
    std::string name;
    if (std::isalpha(static_cast<unsigned char>(peek())) != 0) name = word();
    if (const auto constant = constant_of(name)) return *constant;
    Arguments arguments;
    while (peek() != '\0' && peek() != '|' && peek() != ')')
      arguments.push_back(operand());
    arguments.insert(arguments.end(), piped.begin(), piped.end());
    if (!name.empty()) return call_function(name, arguments);
    if (arguments.size() != 1) refuse(text_, "a value was expected, and no more than one");
    return arguments.front();
  }

  std::string word() {
    const std::size_t start = at_;
    while (is_part_of_word(here()))
      ++at_;
    return text_.substr(start, at_ - start);
  }

  static std::optional<Json> constant_of(const std::string& name) {
    if (name == "true" || name == "false") return Json(name == "true");
    if (name == "nil") return Json();
    return std::nullopt;
  }

  Json operand() {
    switch (const char first = peek()) {
      case '.':
        return fields(scope_.dot);
      case '$':
        return fields(variable());
      case '(':
        return fields(parenthesis());
      case '"':
      case '`':
        return quoted(first);
      default:
        return literal();
    }
  }

  Json literal() {
    const std::size_t start = at_;
    while (is_part_of_word(here()) || here() == '-' || here() == '.')
      ++at_;
    const std::string text = text_.substr(start, at_ - start);
    if (const auto constant = constant_of(text)) return *constant;
    if (const auto whole = text::number<std::uint64_t>(text)) return *whole;
    if (const auto negative = text::number<std::int64_t>(text)) return *negative;
    const bool digits = text.find_first_not_of("0123456789.-") == std::string::npos;
    if (const auto fraction = digits ? text::number<double>(text) : std::nullopt) return *fraction;
    refuse(text_, fmt::format("\"{}\" is no value", text.empty() ? text_.substr(at_) : text));
  }

  const Json& variable() {
    ++at_;
    const std::string name = "$" + word();
    const auto& all = scope_.variables;
    const auto found =
        std::find_if(all.rbegin(), all.rend(), [&](const auto& one) { return one.first == name; });
    if (found == all.rend()) refuse(name, "undefined variable");
    return found->second;
  }

  Json parenthesis() {
    ++at_;
    Json value = pipeline();
    if (peek() != ')') refuse(text_, "\")\" is missing");
    ++at_;
    return value;
  }

  Json quoted(char quote) {
    std::string text;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      text += text_[at_];
    }
    if (at_ == text_.size()) refuse(text_, "a quotation does not end");
    ++at_;
    return text;
  }

  // ".State.Running" of `value`; the dot alone, or no dot at all, is the value itself.
  Json fields(const Json& value) {
    const Json* found = &value;
    while (here() == '.') {
      ++at_;
      const std::string name = word();
      if (name.empty()) break;
      found = &member(*found, name);
    }
    return *found;
  }

  const std::string& text_;
  const Scope& scope_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Json evaluate(const std::string& expression, const Scope& scope) {
  return Expression(expression, scope).evaluate();
}

}  // namespace cli
