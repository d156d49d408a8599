// See device_rules.h.
#include "mini-container/runtime/cgroup/device_rules.h"

#include <fmt/format.h>

#include "mini-container/runtime/spec/invalid.h"

namespace cgroup {

namespace {

// SPEC: what a container may always use. Nodes may be made for any device, since making one is not using it.
struct Default {
  char type;
  std::optional<std::uint32_t> major, minor;
  std::string_view access;
};
constexpr Default kDefaults[] = {
    {'c', std::nullopt, std::nullopt, "m"},
    {'b', std::nullopt, std::nullopt, "m"},
    {'c', 1, 3, "rwm"},               // null
    {'c', 1, 5, "rwm"},               // zero
    {'c', 1, 7, "rwm"},               // full
    {'c', 1, 8, "rwm"},               // random
    {'c', 1, 9, "rwm"},               // urandom
    {'c', 5, 0, "rwm"},               // tty
    {'c', 5, 1, "rwm"},               // console
    {'c', 5, 2, "rwm"},               // ptmx
    {'c', 136, std::nullopt, "rwm"},  // pts/*
};

void set_access(DeviceRule& rule, std::string_view access) {
  for (const char letter : access) {
    if (letter == 'r') {
      rule.read = true;
    } else if (letter == 'w') {
      rule.write = true;
    } else if (letter == 'm') {
      rule.mknod = true;
    } else {
      throw spec::Invalid(rule.member + ".access",
                          fmt::format("\"{}\" has letters other than r, w and m", access),
                          "Use some of r (read), w (write) and m (mknod)");
    }
  }
}

// A negative number means any, as an absent one does.
std::optional<std::uint32_t> number(const std::optional<std::int64_t>& value) {
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

DeviceRule rule_of(const spec::DeviceRule& from, const std::string& member) {
  DeviceRule rule;
  rule.member = member;
  rule.allow = from.allow;
  rule.major = number(from.major);
  rule.minor = number(from.minor);
  // SPEC: an absent access means all three.
  set_access(rule, from.access.empty() ? "rwm" : std::string_view(from.access));
  if (from.type.empty() || from.type == "a") {
    rule.type = 'a';
  } else if (from.type == "c" || from.type == "b") {
    rule.type = from.type.front();
  } else {
    throw spec::Invalid(member + ".type", fmt::format("\"{}\" is no device type", from.type),
                        "Use a, c or b");
  }
  return rule;
}

bool names_all(const DeviceRule& rule) {
  return !rule.major && !rule.minor && rule.read && rule.write && rule.mknod;
}

}  // namespace

std::vector<DeviceRule> device_rules(const std::vector<spec::DeviceRule>& rules) {
  std::vector<DeviceRule> result;
  if (rules.empty()) return result;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    DeviceRule rule = rule_of(rules[i], fmt::format("linux.resources.devices[{}]", i));
    if (rule.type != 'a' || names_all(rule)) {
      result.push_back(rule);
      continue;
    }
    // WHY: to the kernel "a" means every device and every access, whatever else the line says.
    for (const char type : {'c', 'b'}) {
      rule.type = type;
      result.push_back(rule);
    }
  }
  for (const Default& entry : kDefaults) {
    DeviceRule rule{true, entry.type, entry.major, entry.minor, false, false, false, "default devices"};
    set_access(rule, entry.access);
    result.push_back(rule);
  }
  return result;
}

std::string to_text(const DeviceRule& rule) {
  const auto text = [](const std::optional<std::uint32_t>& value) {
    return value ? std::to_string(*value) : std::string("*");
  };
  return fmt::format("{} {}:{} {}{}{}", rule.type, text(rule.major), text(rule.minor), rule.read ? "r" : "",
                     rule.write ? "w" : "", rule.mknod ? "m" : "");
}

}  // namespace cgroup
