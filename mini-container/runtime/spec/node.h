// One value of a JSON document that knows where it stands, so that an error can name the place as a user would
// ("linux.resources.cpu.shares"). The path is put together only when it is needed: a node costs three words.
//
// Internal to spec: including it costs a second of compile time. `read(node, value)` is overloaded for each type
// of config.h; templates below find the overloads by argument-dependent lookup. Reads: RFC 8259.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mini-container/runtime/spec/invalid.h"

namespace spec {

// The document behind a text, whose nodes live as long as it does. They share a few large pieces of memory, which go
// all at once. Throws Invalid, called `name`, for what is not JSON, longer than 8 MiB or nested deeper than 64 levels.
class Document {
 public:
  Document(std::string_view text, std::string name);

  const boost::json::value& value() const { return value_; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  boost::json::monotonic_resource memory_;
  boost::json::value value_;
};

class Node {
 public:
  explicit Node(const Document& document) : Node(document.value(), document.name()) {}
  // As if `value` were a document of its own, which errors call `name`.
  Node(const boost::json::value& value, std::string_view name) : value_(value), name_(name) {}

  std::string path() const;
  [[noreturn]] void fail(const std::string& why, const std::string& next = {}) const;
  // "expected an unsigned integer, got "many"".
  [[noreturn]] void fail_type(const std::string& expected) const;

  const boost::json::object& object() const;
  const boost::json::array& array() const;
  std::string text() const;
  bool boolean() const;
  std::uint64_t unsigned_number(std::uint64_t max) const;
  std::int64_t signed_number(std::int64_t min, std::int64_t max) const;

  // Reads member `name` into `value`; leaves `value` alone if it is absent or null.
  template <class Value>
  void get(std::string_view name, Value& value) const;
  template <class Value>
  void require(std::string_view name, Value& value) const;
  // Calls `visit(node)` if the member is there.
  template <class Visit>
  void with(std::string_view name, Visit visit) const;
  // SPEC: "a runtime MUST generate an error when it cannot apply a property"; zero and empty ask for nothing.
  void refuse(std::string_view name, const std::string& why) const;

  Node child(const boost::json::value& value, std::string_view name) const {
    return {value, this, name, kNoIndex};
  }
  Node child(const boost::json::value& value, std::size_t index) const { return {value, this, {}, index}; }

 private:
  static constexpr std::size_t kNoIndex = std::numeric_limits<std::size_t>::max();
  Node(const boost::json::value& value, const Node* parent, std::string_view name, std::size_t index)
      : value_(value), parent_(parent), name_(name), index_(index) {}
  const boost::json::value* find(std::string_view name) const;

  const boost::json::value& value_;
  const Node* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = kNoIndex;
};

void read(const Node& node, std::string& value);
void read(const Node& node, bool& value);
void read(const Node& node, std::uint32_t& value);
void read(const Node& node, std::uint64_t& value);
void read(const Node& node, int& value);
void read(const Node& node, std::int64_t& value);

template <class Value>
void read(const Node& node, std::optional<Value>& value) {
  Value present{};
  read(node, present);
  value = std::move(present);
}

template <class Value>
void read(const Node& node, std::vector<Value>& values) {
  const boost::json::array& array = node.array();
  values.resize(array.size());
  for (std::size_t index = 0; index < array.size(); ++index)
    read(node.child(array[index], index), values[index]);
}

template <class Value>
void read(const Node& node, std::map<std::string, Value>& values) {
  for (const auto& member : node.object())
    read(node.child(member.value(), member.key()), values[member.key()]);
}

template <class Value>
void Node::get(std::string_view name, Value& value) const {
  if (const boost::json::value* found = find(name)) read(child(*found, name), value);
}

template <class Value>
void Node::require(std::string_view name, Value& value) const {
  const boost::json::value* found = find(name);
  if (found == nullptr) child(value_, name).fail("is missing, and the specification requires it");
  read(child(*found, name), value);
}

template <class Visit>
void Node::with(std::string_view name, Visit visit) const {
  if (const boost::json::value* found = find(name)) visit(child(*found, name));
}

}  // namespace spec
