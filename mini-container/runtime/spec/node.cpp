// See node.h.
#include "mini-container/runtime/spec/node.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

namespace spec {

namespace json = boost::json;

namespace {

// A configuration of Docker with its seccomp profile has 20 kB and depth 7.
constexpr std::size_t kMaxBytes = 8 << 20;
constexpr std::size_t kMaxDepth = 64;
// Of memory; the next is twice as large.
constexpr std::size_t kFirstPiece = 16 << 10;

// What stands there instead, short enough for one line.
std::string shown(const json::value& value) {
  std::string text = json::serialize(value);
  constexpr std::size_t kLongest = 60;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + " ...";
  return text;
}

// "line 3, column 7", both from 1.
std::string place_of(std::string_view before) {
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

[[noreturn]] void refuse_text(std::string_view text, const std::string& name, std::size_t read,
                              const json::error_code& error) {
  if (error == json::error::too_deep)
    throw Invalid(name, "nested deeper than " + std::to_string(kMaxDepth) + " levels");
  throw Invalid(name, "is not JSON: " + error.message() + " at " + place_of(text.substr(0, read)));
}

json::value parse(std::string_view text, const std::string& name, json::memory_resource& memory) {
  if (text.size() > kMaxBytes) throw Invalid(name, "longer than " + std::to_string(kMaxBytes) + " bytes");
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::stream_parser parser(&memory, options);
  json::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && read < text.size()) error = json::error::extra_data;
  if (!error) parser.finish(error);
  if (error) refuse_text(text, name, read, error);
  return parser.release();
}

bool asks_for_something(const json::value& value) {
  switch (value.kind()) {
    case json::kind::object:
      return std::any_of(value.get_object().begin(), value.get_object().end(),
                         [](const auto& member) { return asks_for_something(member.value()); });
    case json::kind::array:
      return std::any_of(value.get_array().begin(), value.get_array().end(), asks_for_something);
    case json::kind::string:
      return !value.get_string().empty();
    case json::kind::bool_:
      return value.get_bool();
    case json::kind::null:
      return false;
    default:
      return value.to_number<double>() != 0;
  }
}

}  // namespace

Document::Document(std::string_view text, std::string name)
    : name_(std::move(name)), memory_(kFirstPiece), value_(parse(text, name_, memory_)) {}

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

const json::object& Node::object() const {
  if (!value_.is_object()) fail_type("an object");
  return value_.get_object();
}

const json::array& Node::array() const {
  if (!value_.is_array()) fail_type("an array");
  return value_.get_array();
}

const json::value* Node::find(std::string_view name) const {
  const json::value* found = object().if_contains(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string Node::text() const {
  if (!value_.is_string()) fail_type("a string");
  const json::string& text = value_.get_string();
  // The kernel would silently see only what stands before it.
  if (text.find('\0') != json::string::npos)
    fail("contains a NUL character, which no kernel interface can carry");
  return {text.data(), text.size()};
}

bool Node::boolean() const {
  if (!value_.is_bool()) fail_type("true or false");
  return value_.get_bool();
}

std::uint64_t Node::unsigned_number(std::uint64_t max) const {
  const std::int64_t* small = value_.if_int64();
  if (!value_.is_uint64() && (small == nullptr || *small < 0)) fail_type("an unsigned integer");
  const auto number = small == nullptr ? value_.get_uint64() : static_cast<std::uint64_t>(*small);
  if (number > max) fail_type("at most " + std::to_string(max));
  return number;
}

std::int64_t Node::signed_number(std::int64_t min, std::int64_t max) const {
  // What is unsigned to the library does not fit a signed number.
  if (value_.is_uint64()) fail_type("at most " + std::to_string(max));
  if (!value_.is_int64()) fail_type("an integer");
  const std::int64_t number = value_.get_int64();
  if (number < min || number > max) {
    fail_type("a number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return number;
}

void Node::refuse(std::string_view name, const std::string& why) const {
  const json::value* found = find(name);
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
