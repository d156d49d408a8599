// See seccomp.h.
#include "mini-container/engine/seccomp.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace engine {

using nlohmann::json;

namespace {

bool has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Docker's condition on a rule: every capability, one of the architectures. `minKernel` is met by every
// kernel that this project supports.
bool applies(const json& rule, const std::vector<std::string>& capabilities) {
  const auto lists = [&](const char* group, const char* member) {
    const json found = rule.value(group, json::object());
    return found.is_object() ? found.value(member, json::array()) : json::array();
  };
  const auto held = [&](const json& name) { return has(capabilities, name.get<std::string>()); };
  const auto ours = [](const json& name) { return name == "amd64" || name == "x86" || name == "x32"; };
  const json wanted = lists("includes", "caps");
  const json refused = lists("excludes", "caps");
  const json arches = lists("includes", "arches");
  const json foreign = lists("excludes", "arches");
  return std::all_of(wanted.begin(), wanted.end(), held) &&
         std::none_of(refused.begin(), refused.end(), held) &&
         (arches.empty() || std::any_of(arches.begin(), arches.end(), ours)) &&
         std::none_of(foreign.begin(), foreign.end(), ours);
}

json plain_rule(const json& rule) {
  json plain = json::object();
  for (const char* member : {"names", "action", "errnoRet", "args"}) {
    if (rule.contains(member) && !rule[member].is_null()) plain[member] = rule[member];
  }
  if (rule.contains("name")) plain["names"] = json::array({rule["name"]});
  return plain;
}

}  // namespace

json seccomp_for(const std::vector<std::string>& capabilities) {
  const json profile = json::parse(kSeccompDefault);
  json allowed = profile["always"];
  json rules = profile["rules"];
  for (const auto& [capability, names] : profile["with"].items()) {
    if (has(capabilities, capability)) allowed.insert(allowed.end(), names.begin(), names.end());
  }
  for (const auto& [capability, more] : profile["without"].items()) {
    if (!has(capabilities, capability)) rules.insert(rules.end(), more.begin(), more.end());
  }
  const json first = {{"names", std::move(allowed)}, {"action", "SCMP_ACT_ALLOW"}};
  rules.insert(rules.begin(), first);
  return {{"defaultAction", profile["defaultAction"]},
          {"defaultErrnoRet", profile["defaultErrnoRet"]},
          {"architectures", profile["architectures"]},
          {"syscalls", std::move(rules)}};
}

json seccomp_from_file(const std::string& text, const std::string& where,
                       const std::vector<std::string>& capabilities) {
  const json profile = json::parse(text, nullptr, false);
  if (!profile.is_object() || !profile.contains("defaultAction") ||
      !profile.value("syscalls", json()).is_array()) {
    throw std::invalid_argument(fmt::format(
        "{}: not a seccomp profile: expected a JSON object with defaultAction and a list syscalls", where));
  }
  json resolved = {{"defaultAction", profile["defaultAction"]}, {"syscalls", json::array()}};
  for (const char* member : {"defaultErrnoRet", "architectures", "flags"}) {
    if (profile.contains(member)) resolved[member] = profile[member];
  }
  if (profile.contains("archMap")) {
    resolved["architectures"] = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"};
  }
  for (const json& rule : profile["syscalls"]) {
    if (rule.is_object() && applies(rule, capabilities)) resolved["syscalls"].push_back(plain_rule(rule));
  }
  return resolved;
}

}  // namespace engine
