// See update.h.
#include "mini-container/runtime/spec/update.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "mini-container/runtime/spec/node.h"
#include "mini-container/runtime/spec/parse.h"
#include "mini-container/runtime/spec/validate.h"

namespace spec {

using nlohmann::json;

namespace {

// Members in which engines send zero, or "", for "leave it".
constexpr const char* kZeroIsNothing[] = {
    "/cpu/shares",         "/cpu/period",   "/cpu/quota",          "/cpu/cpus",          "/cpu/mems",
    "/cpu/realtimePeriod", "/memory/limit", "/memory/reservation", "/memory/swap",       "/memory/kernel",
    "/memory/kernelTCP",   "/pids/limit",   "/blockIO/weight",     "/blockIO/leafWeight"};

// Members that count bytes, so that a unit may follow.
bool counts_bytes(const std::string& member) {
  return member.starts_with("memory.") && member != "memory.swappiness";
}

std::int64_t unit_of(std::string_view suffix) {
  constexpr std::string_view kUnits = "bkmgt";
  if (suffix.empty()) return 1;
  const char letter = suffix.front() >= 'A' && suffix.front() <= 'Z'
                          ? static_cast<char>(suffix.front() - 'A' + 'a')
                          : suffix.front();
  const std::size_t power = kUnits.find(letter);
  const std::string_view rest = suffix.substr(1);
  const bool known =
      power != std::string_view::npos && (rest.empty() || rest == "b" || rest == "B" || rest == "iB");
  return known ? std::int64_t{1} << (10 * power) : 0;
}

// The reader of the document says what is wrong with a text where a number belongs.
json value_of(const ResourceFlag& flag) {
  std::int64_t number = 0;
  const char* end = flag.value.data() + flag.value.size();
  const auto [rest, error] = std::from_chars(flag.value.data(), end, number);
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  const bool text = flag.member == "cpu.cpus" || flag.member == "cpu.mems";
  if (text || error != std::errc() || (!suffix.empty() && !counts_bytes(flag.member))) return flag.value;
  std::int64_t bytes = 0;
  const std::int64_t unit = unit_of(suffix);
  if (unit == 0 || __builtin_mul_overflow(number, unit, &bytes)) return flag.value;
  // What is not negative is unsigned to the reader.
  return bytes < 0 ? json(bytes) : json(static_cast<std::uint64_t>(bytes));
}

void drop_empty(json& value) {
  if (!value.is_object()) return;
  for (auto member = value.begin(); member != value.end();) {
    drop_empty(*member);
    const bool nothing = member->is_null() || (member->is_structured() && member->empty());
    member = nothing ? value.erase(member) : std::next(member);
  }
}

void drop_what_asks_for_nothing(json& update) {
  for (const char* place : kZeroIsNothing) {
    const json::json_pointer pointer(place);
    if (!update.contains(pointer)) continue;
    const json& value = update[pointer];
    if (value != json(0) && value != json("")) continue;
    update[pointer.parent_pointer()].erase(pointer.back());
  }
  drop_empty(update);
}

// Rules are an ordered list for one program or device file: there is no changing a part of it while it is in force.
void check_devices(const json& update, const json& resources) {
  const auto devices = update.find("devices");
  if (devices == update.end() || *devices == resources.value("devices", json::array())) return;
  throw Invalid("linux.resources.devices", "the device rules of a running container cannot be changed",
                "Leave devices out of the update");
}

// Without a limit on memory one on memory and swap together would be refused by the kernel, or mean another thing.
void lift_swap_with_memory(const json& update, json& resources) {
  const json& asked = update.value("memory", json::object());
  json& memory = resources["memory"];
  if (asked.is_object() && asked.value("limit", json()) == -1 && !asked.contains("swap") &&
      memory.contains("swap"))
    memory["swap"] = -1;
}

json resources_of(std::string_view text) {
  json update = parse_document(text, "resources");
  if (!update.is_object()) Node(update, "linux.resources").fail_type("an object");
  for (const auto& [name, section] : update.items()) {
    const bool list = name == "devices" || name == "hugepageLimits";
    if (!section.is_null() && !(list ? section.is_array() : section.is_object()))
      Node(section, "linux.resources." + name).fail_type(list ? "an array" : "an object");
  }
  drop_what_asks_for_nothing(update);
  return update;
}

}  // namespace

std::string resources_document(const std::vector<ResourceFlag>& flags) {
  json document = json::object();
  for (const ResourceFlag& flag : flags) {
    const std::size_t dot = flag.member.find('.');
    document[flag.member.substr(0, dot)][flag.member.substr(dot + 1)] = value_of(flag);
  }
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

UpdatedConfig with_resources(std::string_view config, std::string_view resources) {
  const json update = resources_of(resources);
  json document = parse_document(config, "config.json");
  json& all = document["linux"]["resources"];
  if (!all.is_object()) all = json::object();
  check_devices(update, all);
  UpdatedConfig result;
  for (const auto& [name, section] : update.items()) {
    if (name != "devices") result.sections.push_back(name);
  }
  all.merge_patch(update);
  if (update.contains("memory")) lift_swap_with_memory(update, all);
  result.text = document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  result.config = parse_config(result.text);
  validate(result.config);
  return result;
}

}  // namespace spec
