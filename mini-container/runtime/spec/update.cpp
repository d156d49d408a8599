// See update.h.
#include "mini-container/runtime/spec/update.h"

#include <boost/json/serialize.hpp>
#include <charconv>

#include "mini-container/runtime/spec/node.h"
#include "mini-container/runtime/spec/parse.h"
#include "mini-container/runtime/spec/validate.h"

namespace spec {

namespace json = boost::json;

namespace {

// Members in which engines send zero, or "", for "leave it".
struct Place {
  std::string_view section, member;
};
constexpr Place kZeroIsNothing[] = {
    {"cpu", "shares"},     {"cpu", "period"},         {"cpu", "quota"},        {"cpu", "cpus"},
    {"cpu", "mems"},       {"cpu", "realtimePeriod"}, {"memory", "limit"},     {"memory", "reservation"},
    {"memory", "swap"},    {"memory", "kernel"},      {"memory", "kernelTCP"}, {"pids", "limit"},
    {"blockIO", "weight"}, {"blockIO", "leafWeight"}};

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
json::value value_of(const ResourceFlag& flag) {
  std::int64_t number = 0;
  const char* end = flag.value.data() + flag.value.size();
  const auto [rest, error] = std::from_chars(flag.value.data(), end, number);
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  const bool text = flag.member == "cpu.cpus" || flag.member == "cpu.mems";
  if (text || error != std::errc() || (!suffix.empty() && !counts_bytes(flag.member)))
    return json::value(flag.value);
  std::int64_t bytes = 0;
  const std::int64_t unit = unit_of(suffix);
  if (unit == 0 || __builtin_mul_overflow(number, unit, &bytes)) return json::value(flag.value);
  return bytes;
}

bool is_empty(const json::value& value) {
  if (value.is_null()) return true;
  if (value.is_array()) return value.get_array().empty();
  return value.is_object() && value.get_object().empty();
}

void drop_empty(json::object& object) {
  for (auto member = object.begin(); member != object.end();) {
    if (member->value().is_object()) drop_empty(member->value().get_object());
    member = is_empty(member->value()) ? object.erase(member) : std::next(member);
  }
}

void drop_what_asks_for_nothing(json::object& update) {
  for (const Place& place : kZeroIsNothing) {
    json::value* section = update.if_contains(place.section);
    if (section == nullptr || !section->is_object()) continue;
    const json::value* value = section->get_object().if_contains(place.member);
    if (value != nullptr && (*value == 0 || *value == "")) section->get_object().erase(place.member);
  }
  drop_empty(update);
}

// Rules are an ordered list for one program or device file: there is no changing a part of it while it is in force.
void check_devices(const json::object& update, const json::object& resources) {
  const json::value* asked = update.if_contains("devices");
  const json::value* present = resources.if_contains("devices");
  if (asked == nullptr || (present != nullptr && *asked == *present)) return;
  throw Invalid("linux.resources.devices", "the device rules of a running container cannot be changed",
                "Leave devices out of the update");
}

// What `patch` has replaces what `target` has; what is null there goes. Reads: RFC 7396.
void merge(json::value& target, const json::value& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  json::object& object = target.is_object() ? target.get_object() : target.emplace_object();
  for (const auto& member : patch.get_object()) {
    if (member.value().is_null()) {
      object.erase(member.key());
    } else {
      merge(object[member.key()], member.value());
    }
  }
}

// Without a limit on memory one on memory and swap together would be refused by the kernel, or mean another thing.
void lift_swap_with_memory(const json::object& update, json::object& resources) {
  const json::value* asked = update.if_contains("memory");
  json::value* memory = resources.if_contains("memory");
  if (asked == nullptr || memory == nullptr || !memory->is_object()) return;
  const json::value* limit = asked->get_object().if_contains("limit");
  json::value* swap = memory->get_object().if_contains("swap");
  const bool lifted = limit != nullptr && *limit == -1 && !asked->get_object().contains("swap");
  if (lifted && swap != nullptr) *swap = -1;
}

// Every section is an object or a list, so that merging means something.
void check_sections(const Document& document) {
  for (const auto& member : Node(document.value(), "linux.resources").object()) {
    const std::string place = "linux.resources." + std::string(member.key());
    const Node section(member.value(), place);
    if (member.value().is_null()) continue;
    if (member.key() == "devices" || member.key() == "hugepageLimits") {
      section.array();
    } else {
      section.object();
    }
  }
}

json::object resources_of(std::string_view text) {
  const Document document(text, "resources");
  check_sections(document);
  // A copy that may grow.
  json::object update(document.value().get_object(), json::storage_ptr());
  drop_what_asks_for_nothing(update);
  return update;
}

}  // namespace

std::string resources_document(const std::vector<ResourceFlag>& flags) {
  json::object document;
  for (const ResourceFlag& flag : flags) {
    const std::string_view member = flag.member;
    const std::size_t dot = member.find('.');
    json::value& section = document[member.substr(0, dot)];
    if (section.is_null()) section.emplace_object();
    section.get_object()[member.substr(dot + 1)] = value_of(flag);
  }
  return json::serialize(document);
}

UpdatedConfig with_resources(std::string_view config, std::string_view resources) {
  const json::object update = resources_of(resources);
  const Document read(config, "config.json");
  json::object document(Node(read).object(), json::storage_ptr());
  json::value& platform = document["linux"];
  if (!platform.is_object()) platform.emplace_object();
  json::value& all = platform.get_object()["resources"];
  if (!all.is_object()) all.emplace_object();
  check_devices(update, all.get_object());
  UpdatedConfig result;
  for (const auto& member : update) {
    if (member.key() != "devices") result.sections.emplace_back(member.key());
  }
  merge(all, update);
  lift_swap_with_memory(update, all.get_object());
  result.text = json::serialize(document) + "\n";
  result.config = parse_config(result.text);
  validate(result.config);
  return result;
}

}  // namespace spec
