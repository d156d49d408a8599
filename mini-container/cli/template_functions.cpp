// See template_functions.h.
#include "mini-container/cli/template_functions.h"

#include <fmt/format.h>

#include <cctype>
#include <functional>
#include <map>
#include <stdexcept>

#include "base/text/text.h"

namespace cli {

namespace {

using Arguments = std::vector<Json>;
constexpr int kDeepest = 50;

[[noreturn]] void refuse(const std::string& what, const std::string& why) {
  throw std::invalid_argument(fmt::format("template: \"{}\": {}", what, why));
}

std::string string_of(const std::string& function, const Json& value) {
  if (!value.is_string()) refuse(function, "wants a text, not " + text_of(value));
  return value.get<std::string>();
}

Json changed(const std::string& function, const Json& value, const std::function<int(int)>& change) {
  std::string text = string_of(function, value);
  for (char& character : text)
    character = static_cast<char>(change(static_cast<unsigned char>(character)));
  return text;
}

Json titled(const Json& value) {
  std::string text = string_of("title", value);
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

Json joined(const Json& list, const std::string& separator) {
  std::string text;
  for (const Json& element : list)
    text += (text.empty() ? "" : separator) + text_of(element);
  return text;
}

Json parts(const std::string& text, const std::string& separator) {
  if (separator.size() != 1) refuse("split", "takes one character as separator");
  Json list = Json::array();
  for (const std::string_view part : text::split(text, separator[0]))
    list.push_back(std::string(part));
  return list;
}

Json element(const Json& of, const Json& key) {
  if (of.is_object() && key.is_string()) return of.value(key.get<std::string>(), Json());
  if (of.is_array() && key.is_number_unsigned() && key.get<std::size_t>() < of.size())
    return of[key.get<std::size_t>()];
  refuse("index", fmt::format("{} has no element {}", text_of(of), text_of(key)));
}

Json length(const Json& value) {
  return value.is_string() ? value.get<std::string>().size() : value.size();
}

struct Function {
  std::size_t arguments;
  std::function<Json(const Arguments&)> call;
};

const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all = {
      {"json", {1, [](const Arguments& of) { return Json(of[0].dump()); }}},
      {"join", {2, [](const Arguments& of) { return joined(of[0], string_of("join", of[1])); }}},
      {"split",
       {2, [](const Arguments& of) { return parts(string_of("split", of[0]), string_of("split", of[1])); }}},
      {"upper", {1, [](const Arguments& of) { return changed("upper", of[0], toupper); }}},
      {"lower", {1, [](const Arguments& of) { return changed("lower", of[0], tolower); }}},
      {"title", {1, [](const Arguments& of) { return titled(of[0]); }}},
      {"println", {1, [](const Arguments& of) { return Json(text_of(of[0]) + "\n"); }}},
      {"len", {1, [](const Arguments& of) { return length(of[0]); }}},
      {"index", {2, [](const Arguments& of) { return element(of[0], of[1]); }}},
      {"not", {1, [](const Arguments& of) { return Json(!truth(of[0])); }}},
      {"and", {2, [](const Arguments& of) { return truth(of[0]) ? of[1] : of[0]; }}},
      {"or", {2, [](const Arguments& of) { return truth(of[0]) ? of[0] : of[1]; }}},
      {"eq", {2, [](const Arguments& of) { return Json(of[0] == of[1]); }}},
      {"ne", {2, [](const Arguments& of) { return Json(of[0] != of[1]); }}},
  };
  return all;
}

Json call(const std::string& name, const Arguments& arguments) {
  const auto function = functions().find(name);
  if (function == functions().end()) refuse(name, "function not defined");
  if (arguments.size() != function->second.arguments) {
    refuse(name, fmt::format("wants {} arguments, not {}", function->second.arguments, arguments.size()));
  }
  return function->second.call(arguments);
}

// Reads one expression from the left, evaluating as it goes.
class Expression {
 public:
  Expression(const std::string& text, const Json& dot) : text_(text), dot_(dot) {}

  Json evaluate() {
    Json value = pipeline();
    if (at_ < text_.size()) refuse(text_, fmt::format("unexpected \"{}\"", text_.substr(at_)));
    return value;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n'))
      ++at_;
  }
  char peek() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
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
  Json command(Arguments piped) {
    std::string name;
    if (std::isalpha(static_cast<unsigned char>(peek())) != 0) name = word();
    if (name == "true" || name == "false") return name == "true";
    Arguments arguments;
    while (peek() != '\0' && peek() != '|' && peek() != ')')
      arguments.push_back(operand());
    arguments.insert(arguments.end(), piped.begin(), piped.end());
    if (!name.empty()) return call(name, arguments);
    if (arguments.size() != 1) refuse(text_, "a value was expected, and no more than one");
    return arguments.front();
  }

  std::string word() {
    const std::size_t start = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
      ++at_;
    return text_.substr(start, at_ - start);
  }

  Json operand() {
    switch (const char first = peek()) {
      case '.':
        return field();
      case '"':
      case '`':
        return quoted(first);
      case '(':
        return parenthesis();
      default:
        break;
    }
    const std::string text = word();
    if (text == "true" || text == "false") return text == "true";
    const auto number = text::number<std::uint64_t>(text);
    if (!number) refuse(text_, fmt::format("\"{}\" is no value", text.empty() ? text_.substr(at_) : text));
    return *number;
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

  Json field() {
    ++at_;
    const Json* value = &dot_;
    for (std::string name = word(); !name.empty(); name = word()) {
      value = &member(*value, name);
      if (at_ >= text_.size() || text_[at_] != '.') break;
      ++at_;
    }
    return *value;
  }

  static const Json& member(const Json& of, const std::string& name) {
    if (of.is_object() && of.contains(name)) return of.at(name);
    std::string known;
    if (of.is_object()) {
      for (const auto& [key, _] : of.items())
        known += " ." + key;
    }
    refuse("." + name,
           known.empty() ? "there are no fields here" : "there is no such field; there are" + known);
  }

  const std::string& text_;
  const Json& dot_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Json evaluate(const std::string& expression, const Json& dot) {
  return Expression(expression, dot).evaluate();
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "<no value>";
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [key, element] : value.items()) {
    if (!text.empty()) text += ' ';
    // A set, such as ExposedPorts, is a map to nothing: Go's struct{}.
    const bool nothing = element.is_object() && element.empty();
    text += (value.is_object() ? key + ":" : "") + (nothing ? "{}" : text_of(element));
  }
  return (value.is_object() ? "map[" : "[") + text + "]";
}

bool truth(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value != 0;
  if (value.is_string()) return !value.get<std::string>().empty();
  return !value.empty();
}

}  // namespace cli
