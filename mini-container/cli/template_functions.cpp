// See template_functions.h.
#include "mini-container/cli/template_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <limits>
#include <map>
#include <stdexcept>

#include "base/text/text.h"

namespace cli {

namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& why) {
  throw std::invalid_argument(fmt::format("template: \"{}\": {}", what, why));
}

std::string string_of(const std::string& function, const Json& value) {
  if (!value.is_string()) refuse(function, "wants a text, not " + text_of(value));
  return value.get<std::string>();
}

std::size_t count_of(const std::string& function, const Json& value) {
  constexpr std::size_t kMost = 1000;
  if (!value.is_number_unsigned() || value.get<std::size_t>() > kMost)
    refuse(function, fmt::format("wants a number up to {}, not {}", kMost, text_of(value)));
  return value.get<std::size_t>();
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

// Docker's: blanks before and after, of what is not empty.
Json with_blanks(const Arguments& of) {
  const std::string text = string_of("pad", of[0]);
  if (text.empty()) return text;
  return std::string(count_of("pad", of[1]), ' ') + text + std::string(count_of("pad", of[2]), ' ');
}

// A map to texts alone, such as Labels, has an empty one for what is not there, as Go's has.
bool of_texts(const Json& map) {
  return std::all_of(map.begin(), map.end(), [](const Json& one) { return one.is_string(); });
}

Json element(const Json& of, const Json& key) {
  if (of.is_object() && key.is_string())
    return of.value(key.get<std::string>(), of_texts(of) ? Json("") : Json());
  if (of.is_array() && key.is_number_unsigned() && key.get<std::size_t>() < of.size())
    return of[key.get<std::size_t>()];
  refuse("index", fmt::format("{} has no element {}", text_of(of), text_of(key)));
}

// One key after the other.
Json deep_element(const Arguments& of) {
  Json value = of[0];
  for (std::size_t next = 1; next < of.size(); ++next)
    value = element(value, of[next]);
  return value;
}

Json length(const Json& value) {
  if (value.is_string()) return value.get<std::string>().size();
  if (!value.is_structured()) refuse("len", text_of(value) + " has none");
  return value.size();
}

// From the second argument to the third.
Json slice(const Arguments& of) {
  const std::size_t whole = length(of[0]).get<std::size_t>();
  const std::size_t from = of.size() > 1 ? count_of("slice", of[1]) : 0;
  const std::size_t to = of.size() > 2 ? count_of("slice", of[2]) : whole;
  if (from > to || to > whole || of[0].is_object())
    refuse("slice", fmt::format("{} has no part from {} to {}", text_of(of[0]), from, to));
  if (of[0].is_string()) return of[0].get<std::string>().substr(from, to - from);
  Json list = Json::array();
  for (std::size_t next = from; next < to; ++next)
    list.push_back(of[0][next]);
  return list;
}

std::string spaced(const Arguments& of) {
  std::string text;
  for (const Json& value : of)
    text += (&value == &of.front() ? "" : " ") + text_of(value);
  return text;
}

Json decided(const Arguments& of, bool by) {
  for (const Json& value : of)
    if (truth(value) == by) return value;
  return of.back();
}

Json is_one_of(const Arguments& of) {
  return std::find(of.begin() + 1, of.end(), of[0]) != of.end();
}

bool less(const std::string& function, const Json& one, const Json& other) {
  const bool alike = (one.is_number() && other.is_number()) || (one.is_string() && other.is_string());
  if (!alike) refuse(function, fmt::format("cannot compare {} with {}", text_of(one), text_of(other)));
  return one < other;
}

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

struct Function {
  std::size_t least, most;  // arguments
  std::function<Json(const Arguments&)> call;
};

const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all = {
      {"json",
       {1, 1,
        [](const Arguments& of) {
          return Json(of[0].dump(-1, ' ', false, Json::error_handler_t::replace));
        }}},
      {"join", {2, 2, [](const Arguments& of) { return joined(of[0], string_of("join", of[1])); }}},
      {"split",
       {2, 2,
        [](const Arguments& of) { return parts(string_of("split", of[0]), string_of("split", of[1])); }}},
      {"upper", {1, 1, [](const Arguments& of) { return changed("upper", of[0], toupper); }}},
      {"lower", {1, 1, [](const Arguments& of) { return changed("lower", of[0], tolower); }}},
      {"title", {1, 1, [](const Arguments& of) { return titled(of[0]); }}},
      {"pad", {3, 3, with_blanks}},
      {"truncate",
       {2, 2,
        [](const Arguments& of) {
          return Json(string_of("truncate", of[0]).substr(0, count_of("truncate", of[1])));
        }}},
      {"print", {1, kAny, [](const Arguments& of) { return Json(spaced(of)); }}},
      {"println", {0, kAny, [](const Arguments& of) { return Json(spaced(of) + "\n"); }}},
      {"printf", {1, kAny, [](const Arguments& of) { return Json(printed(of)); }}},
      {"len", {1, 1, [](const Arguments& of) { return length(of[0]); }}},
      {"index", {1, kAny, deep_element}},
      {"slice", {1, 3, slice}},
      {"not", {1, 1, [](const Arguments& of) { return Json(!truth(of[0])); }}},
      {"and", {1, kAny, [](const Arguments& of) { return decided(of, false); }}},
      {"or", {1, kAny, [](const Arguments& of) { return decided(of, true); }}},
      {"eq", {2, kAny, is_one_of}},
      {"ne", {2, 2, [](const Arguments& of) { return Json(of[0] != of[1]); }}},
      {"lt", {2, 2, [](const Arguments& of) { return Json(less("lt", of[0], of[1])); }}},
      {"le", {2, 2, [](const Arguments& of) { return Json(!less("le", of[1], of[0])); }}},
      {"gt", {2, 2, [](const Arguments& of) { return Json(less("gt", of[1], of[0])); }}},
      {"ge", {2, 2, [](const Arguments& of) { return Json(!less("ge", of[0], of[1])); }}},
  };
  return all;
}

}  // namespace

Json call_function(const std::string& name, const Arguments& arguments) {
  const auto found = functions().find(name);
  if (found == functions().end()) refuse(name, "function not defined");
  const Function& function = found->second;
  if (arguments.size() < function.least || arguments.size() > function.most) {
    refuse(name, fmt::format("wants {}{} arguments, not {}", function.most == kAny ? "at least " : "",
                             function.most == kAny ? function.least : function.most, arguments.size()));
  }
  return function.call(arguments);
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
