// printf of templates: "%.5s", "%-10s", "%05d". Declared in template_functions.h. Reads: https://pkg.go.dev/fmt.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "base/text/text.h"
#include "mini-container/cli/template_functions.h"

namespace cli {

namespace {

// WHY a limit: what a user may ask for in four letters must not take all memory.
constexpr std::size_t kWidest = 1000;

[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument("template: \"printf\": " + why);
}

struct Verb {
  bool left = false, zeros = false, exact = false;  // "-", "0", with a precision
  std::size_t width = 0, precision = 0;
  char letter = 's';
};

std::size_t size_at(const std::string& format, std::size_t& at) {
  const std::size_t start = at;
  while (at < format.size() && std::isdigit(static_cast<unsigned char>(format[at])) != 0)
    ++at;
  if (start == at) return 0;
  const auto size = text::number<std::size_t>(format.substr(start, at - start));
  if (!size || *size > kWidest) refuse(fmt::format("widths end at {}", kWidest));
  return *size;
}

// What follows a "%".
Verb verb_at(const std::string& format, std::size_t& at) {
  Verb verb;
  for (; at < format.size() && (format[at] == '-' || format[at] == '0'); ++at)
    (format[at] == '-' ? verb.left : verb.zeros) = true;
  verb.width = size_at(format, at);
  if (at < format.size() && format[at] == '.') {
    ++at;
    verb.exact = true;
    verb.precision = size_at(format, at);
  }
  if (at == format.size()) refuse("\"" + format + "\" ends within a verb");
  verb.letter = format[at++];
  return verb;
}

bool begins_letter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

// Letters, which in UTF-8 take one byte or more.
std::string first_letters(const std::string& text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end)
    if (begins_letter(text[end]) && count-- == 0) break;
  return text.substr(0, end);
}

std::string hexadecimal(const Json& value) {
  if (value.is_number_integer()) return fmt::format("{:x}", value.get<std::int64_t>());
  std::string digits;
  for (const char byte : text_of(value))
    digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

std::string shown(const Verb& verb, const Json& value) {
  const std::string text = text_of(value);
  switch (verb.letter) {
    case 's':
    case 'v':
      return verb.exact ? first_letters(text, verb.precision) : text;
    case 'q':
      return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
    case 'x':
      return hexadecimal(value);
    case 'd':
      if (value.is_number_integer()) return text;
      break;
    case 't':
      if (value.is_boolean()) return text;
      break;
    case 'f':
      if (value.is_number())
        return fmt::format("{:.{}f}", value.get<double>(), verb.exact ? verb.precision : 6);
      break;
    default:
      refuse(fmt::format("there is no verb %{}; there are %s %v %d %q %x %f %t", verb.letter));
  }
  refuse(fmt::format("%{} is not for {}", verb.letter, text));
}

std::string padded(const Verb& verb, const std::string& text) {
  const auto letters = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_letter));
  if (letters >= verb.width) return text;
  const std::size_t missing = verb.width - letters;
  if (verb.left) return text + std::string(missing, ' ');
  const bool negative = verb.zeros && text.starts_with('-');
  return (negative ? "-" : "") + std::string(missing, verb.zeros ? '0' : ' ') + text.substr(negative ? 1 : 0);
}

}  // namespace

std::string printed(const Arguments& arguments) {
  if (arguments.empty() || !arguments.front().is_string()) refuse("wants a format first");
  const auto format = arguments.front().get<std::string>();
  std::string text;
  std::size_t next = 1;
  for (std::size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      text += format[at++];
      continue;
    }
    const Verb verb = verb_at(format, ++at);
    if (verb.letter == '%') {
      text += '%';
      continue;
    }
    if (next == arguments.size()) refuse(fmt::format("there is no value for %{}", verb.letter));
    text += padded(verb, shown(verb, arguments[next++]));
  }
  if (next < arguments.size()) refuse("there are more values than verbs");
  return text;
}

}  // namespace cli
