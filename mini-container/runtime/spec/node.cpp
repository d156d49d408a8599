// See node.h.
#include "mini-container/runtime/spec/node.h"

#include <algorithm>

namespace spec {

using nlohmann::json;

namespace {

// A configuration of Docker with its seccomp profile has 20 kB and depth 7.
constexpr std::size_t kMaxBytes = 8 << 20;
constexpr int kMaxDepth = 64;

void check_depth(std::string_view text, const std::string& name) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char character = text[index];
    if (quoted) {
      if (character == '\\') ++index;
      if (character == '"') quoted = false;
      continue;
    }
    if (character == '"') quoted = true;
    if (character == '{' || character == '[') ++depth;
    if (character == '}' || character == ']') --depth;
    if (depth > kMaxDepth) throw Invalid(name, "nested deeper than " + std::to_string(kMaxDepth) + " levels");
  }
}

// What stands there instead, short enough for one line.
std::string shown(const json& value) {
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  constexpr std::size_t kLongest = 60;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + " ...";
  return text;
}

// "[json.exception.parse_error.101] parse error at line 3, column 7: syntax error ..." without its tag.
std::string parse_message(const json::exception& error) {
  const std::string text = error.what();
  const std::size_t end = text.find("] ");
  return "is not JSON: " + (end == std::string::npos ? text : text.substr(end + 2));
}

bool asks_for_something(const json& value) {
  if (value.is_structured()) return std::any_of(value.begin(), value.end(), asks_for_something);
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  if (value.is_number()) return value.get<double>() != 0;
  return value.is_boolean() && value.get<bool>();
}

}  // namespace

json parse_document(std::string_view text, const std::string& name) {
  if (text.size() > kMaxBytes) throw Invalid(name, "longer than " + std::to_string(kMaxBytes) + " bytes");
  check_depth(text, name);
  try {
    return json::parse(text);
  } catch (const json::exception& error) {
    // parse_error, and out_of_range for a number like 1e999.
    throw Invalid(name, parse_message(error));
  }
}

std::string Node::path() const {
  if (parent_ == nullptr) return std::string(name_);
  // Members of the document itself are called by their own name only.
  const std::string before = parent_->parent_ == nullptr ? "" : parent_->path();
  if (index_ != kNoIndex) return before + "[" + std::to_string(index_) + "]";
  return before.empty() ? std::string(name_) : before + "." + std::string(name_);
}

void Node::fail(const std::string& why, const std::string& next) const {
  throw Invalid(path(), why, next);
}

void Node::fail_type(const std::string& expected) const {
  fail("expected " + expected + ", got " + shown(value_));
}

const json& Node::object() const {
  if (!value_.is_object()) fail_type("an object");
  return value_;
}

const json& Node::array() const {
  if (!value_.is_array()) fail_type("an array");
  return value_;
}

const json* Node::find(std::string_view name) const {
  const json& members = object();
  const auto found = members.find(name);
  return found == members.end() || found->is_null() ? nullptr : &*found;
}

std::string Node::text() const {
  if (!value_.is_string()) fail_type("a string");
  const std::string& text = value_.get_ref<const std::string&>();
  // The kernel would silently see only what stands before it.
  if (text.find('\0') != std::string::npos)
    fail("contains a NUL character, which no kernel interface can carry");
  return text;
}

bool Node::boolean() const {
  if (!value_.is_boolean()) fail_type("true or false");
  return value_.get<bool>();
}

std::uint64_t Node::unsigned_number(std::uint64_t max) const {
  if (!value_.is_number_unsigned()) fail_type("an unsigned integer");
  const auto number = value_.get<std::uint64_t>();
  if (number > max) fail_type("at most " + std::to_string(max));
  return number;
}

std::int64_t Node::signed_number(std::int64_t min, std::int64_t max) const {
  if (!value_.is_number_integer()) fail_type("an integer");
  if (value_.is_number_unsigned() && value_.get<std::uint64_t>() > static_cast<std::uint64_t>(max)) {
    fail_type("at most " + std::to_string(max));
  }
  const auto number = value_.get<std::int64_t>();
  if (number < min || number > max) {
    fail_type("a number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return number;
}

void Node::refuse(std::string_view name, const std::string& why) const {
  const json* found = find(name);
  if (found != nullptr && asks_for_something(*found))
    child(*found, name).fail(why, "Remove it to go on without");
}

void read(const Node& node, std::string& value) {
  value = node.text();
}
void read(const Node& node, bool& value) {
  value = node.boolean();
}
void read(const Node& node, std::uint32_t& value) {
  value = static_cast<std::uint32_t>(node.unsigned_number(std::numeric_limits<std::uint32_t>::max()));
}
void read(const Node& node, std::uint64_t& value) {
  value = node.unsigned_number(std::numeric_limits<std::uint64_t>::max());
}
void read(const Node& node, int& value) {
  value =
      static_cast<int>(node.signed_number(std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}
void read(const Node& node, std::int64_t& value) {
  value =
      node.signed_number(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
}

}  // namespace spec
