// See image.h.
#include "mini-container/image/image.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "mini-container/image/digest.h"

namespace image {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShortId = 12;

Json process_json(const Config& config) {
  Json json = Json::object();
  if (!config.user.empty()) json["User"] = config.user;
  if (!config.env.empty()) json["Env"] = config.env;
  if (!config.entrypoint.empty()) json["Entrypoint"] = config.entrypoint;
  if (!config.cmd.empty()) json["Cmd"] = config.cmd;
  if (!config.working_dir.empty()) json["WorkingDir"] = config.working_dir;
  return json;
}

// Writers leave out a member or set it to null alike.
template <class Value>
Value member(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? Value() : found->get<Value>();
}

Image read_config(const Json& json) {
  Image image;
  image.created = member<std::string>(json, "created");
  image.architecture = json.at("architecture");
  image.os = json.at("os");
  image.diff_ids = json.at("rootfs").at("diff_ids").get<std::vector<std::string>>();
  const Json process = json.value("config", Json::object());
  if (process.is_null()) return image;
  image.config.user = member<std::string>(process, "User");
  image.config.env = member<std::vector<std::string>>(process, "Env");
  image.config.entrypoint = member<std::vector<std::string>>(process, "Entrypoint");
  image.config.cmd = member<std::vector<std::string>>(process, "Cmd");
  image.config.working_dir = member<std::string>(process, "WorkingDir");
  return image;
}

std::string plural(std::int64_t count, const char* unit) {
  return fmt::format("{} {}{} ago", count, unit, count == 1 ? "" : "s");
}

}  // namespace

std::string short_id(const Image& image) {
  return hex_of(image.id).substr(0, kShortId);
}

std::string config_json(const Image& image) {
  const Json json = {{"created", image.created},
                     {"architecture", image.architecture},
                     {"os", image.os},
                     {"config", process_json(image.config)},
                     {"rootfs", {{"type", "layers"}, {"diff_ids", image.diff_ids}}}};
  return json.dump(2);
}

Image parse_config(const std::string& json) {
  try {
    return read_config(Json::parse(json));
  } catch (const Json::exception& error) {
    throw std::runtime_error(fmt::format("image configuration: {}", error.what()));
  }
}

std::string inspect_json(const Image& image) {
  const Config& config = image.config;
  // Docker shows these members of Config even when they are empty.
  const Json shown = {{"User", config.user},
                      {"Env", config.env},
                      {"Cmd", config.cmd},
                      {"Entrypoint", config.entrypoint},
                      {"WorkingDir", config.working_dir}};
  const Json json = {{"Id", image.id},
                     {"RepoTags", image.names},
                     {"RepoDigests", Json::array()},
                     {"Created", image.created},
                     {"Architecture", image.architecture},
                     {"Os", image.os},
                     {"Size", image.size},
                     {"Config", shown},
                     {"RootFS", {{"Type", "layers"}, {"Layers", image.diff_ids}}}};
  return json.dump(4);
}

std::string host_architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#elif defined(__riscv)
  return "riscv64";
#else
#error "add the OCI name of this architecture"
#endif
}

std::string time_text(std::int64_t seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::string age(const std::string& created, std::int64_t now) {
  std::tm time{};
  if (::strptime(created.c_str(), "%Y-%m-%dT%H:%M:%S", &time) == nullptr) return created;
  const std::int64_t seconds = now - ::timegm(&time);
  constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400, kWeek = 604800, kMonth = 30 * kDay,
                         kYear = 365 * kDay;
  if (seconds < kMinute) return "less than a minute ago";
  if (seconds < kHour) return plural(seconds / kMinute, "minute");
  if (seconds < 2 * kDay) return plural(seconds / kHour, "hour");
  if (seconds < 2 * kWeek) return plural(seconds / kDay, "day");
  if (seconds < 2 * kMonth) return plural(seconds / kWeek, "week");
  if (seconds < 2 * kYear) return plural(seconds / kMonth, "month");
  return plural(seconds / kYear, "year");
}

}  // namespace image
