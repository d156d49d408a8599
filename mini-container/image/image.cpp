// See image.h.
#include "mini-container/image/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "mini-container/image/digest.h"
#include "mini-container/image/reference.h"

namespace image {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShortId = 12;

// Sets of names are objects with empty values in JSON, for the sake of Go.
Json set_json(const std::vector<std::string>& names) {
  Json json = Json::object();
  for (const std::string& name : names)
    json[name] = Json::object();
  return json;
}

Json health_json(const Healthcheck& check) {
  Json json = {{"Test", check.test}};
  if (check.interval != 0) json["Interval"] = check.interval;
  if (check.timeout != 0) json["Timeout"] = check.timeout;
  if (check.start_period != 0) json["StartPeriod"] = check.start_period;
  if (check.start_interval != 0) json["StartInterval"] = check.start_interval;
  if (check.retries != 0) json["Retries"] = check.retries;
  return json;
}

Json process_json(const Config& config) {
  Json json = Json::object();
  if (!config.user.empty()) json["User"] = config.user;
  if (!config.exposed_ports.empty()) json["ExposedPorts"] = set_json(config.exposed_ports);
  if (!config.env.empty()) json["Env"] = config.env;
  if (!config.entrypoint.empty()) json["Entrypoint"] = config.entrypoint;
  if (!config.cmd.empty()) json["Cmd"] = config.cmd;
  if (!config.volumes.empty()) json["Volumes"] = set_json(config.volumes);
  if (!config.working_dir.empty()) json["WorkingDir"] = config.working_dir;
  if (!config.labels.empty()) json["Labels"] = config.labels;
  if (!config.stop_signal.empty()) json["StopSignal"] = config.stop_signal;
  if (!config.healthcheck.test.empty()) json["Healthcheck"] = health_json(config.healthcheck);
  return json;
}

Json step_json(const Step& step) {
  Json json = {{"created", step.created}, {"created_by", step.created_by}};
  if (!step.author.empty()) json["author"] = step.author;
  if (!step.comment.empty()) json["comment"] = step.comment;
  if (step.empty_layer) json["empty_layer"] = true;
  return json;
}

// Writers leave out a member or set it to null alike.
template <class Value>
Value member(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? Value() : found->get<Value>();
}

std::vector<std::string> set_member(const Json& json, const char* name) {
  std::vector<std::string> names;
  for (const auto& [key, _] : member<std::map<std::string, Json>>(json, name))
    names.push_back(key);
  return names;
}

Healthcheck read_healthcheck(const Json& json) {
  if (!json.is_object()) return {};
  return {.test = member<std::vector<std::string>>(json, "Test"),
          .interval = member<std::int64_t>(json, "Interval"),
          .timeout = member<std::int64_t>(json, "Timeout"),
          .start_period = member<std::int64_t>(json, "StartPeriod"),
          .start_interval = member<std::int64_t>(json, "StartInterval"),
          .retries = member<int>(json, "Retries")};
}

Config read_process(const Json& json) {
  return {.env = member<std::vector<std::string>>(json, "Env"),
          .cmd = member<std::vector<std::string>>(json, "Cmd"),
          .entrypoint = member<std::vector<std::string>>(json, "Entrypoint"),
          .working_dir = member<std::string>(json, "WorkingDir"),
          .user = member<std::string>(json, "User"),
          .exposed_ports = set_member(json, "ExposedPorts"),
          .volumes = set_member(json, "Volumes"),
          .labels = member<std::map<std::string, std::string>>(json, "Labels"),
          .stop_signal = member<std::string>(json, "StopSignal"),
          .healthcheck = read_healthcheck(json.value("Healthcheck", Json()))};
}

Step read_step(const Json& json) {
  return {.created = member<std::string>(json, "created"),
          .created_by = member<std::string>(json, "created_by"),
          .author = member<std::string>(json, "author"),
          .comment = member<std::string>(json, "comment"),
          .empty_layer = member<bool>(json, "empty_layer")};
}

Image read_config(const Json& json) {
  Image image;
  image.created = member<std::string>(json, "created");
  image.author = member<std::string>(json, "author");
  image.architecture = json.at("architecture");
  image.os = json.at("os");
  image.diff_ids = json.at("rootfs").at("diff_ids").get<std::vector<std::string>>();
  for (const std::string& diff_id : image.diff_ids)
    check_digest(diff_id);
  for (const Json& step : member<std::vector<Json>>(json, "history"))
    image.history.push_back(read_step(step));
  const auto process = json.find("config");
  if (process != json.end() && !process->is_null()) image.config = read_process(*process);
  return image;
}

// "busybox@sha256:...": what a registry would give this image for.
std::vector<std::string> digest_names(const Image& image) {
  std::vector<std::string> names = image.repo_digests;
  for (const std::string& name : image.names) {
    const std::string by_digest = familiar_name(parse_reference(name)) + "@" + image.manifest;
    if (std::find(names.begin(), names.end(), by_digest) == names.end()) names.push_back(by_digest);
  }
  return names;
}

}  // namespace

std::uint64_t Image::size() const {
  return std::accumulate(layer_sizes.begin(), layer_sizes.end(), std::uint64_t{0});
}

std::vector<StepSize> steps_of(const Image& image) {
  const auto told = static_cast<std::size_t>(std::count_if(
      image.history.begin(), image.history.end(), [](const Step& step) { return !step.empty_layer; }));
  std::size_t layer = 0;
  const auto next_size = [&] { return layer < image.layer_sizes.size() ? image.layer_sizes[layer++] : 0; };
  std::vector<StepSize> steps;
  for (std::size_t untold = image.diff_ids.size(); untold > told; --untold)
    steps.push_back({{.created = image.created}, next_size()});
  for (const Step& step : image.history)
    steps.push_back({step, step.empty_layer ? 0 : next_size()});
  return steps;
}

std::string short_id(const Image& image) {
  return hex_of(image.id).substr(0, kShortId);
}

std::string config_json(const Image& image) {
  Json json = {{"created", image.created}};
  if (!image.author.empty()) json["author"] = image.author;
  json.update({{"architecture", image.architecture},
               {"os", image.os},
               {"config", process_json(image.config)},
               {"rootfs", {{"type", "layers"}, {"diff_ids", image.diff_ids}}}});
  for (const Step& step : image.history)
    json["history"].push_back(step_json(step));
  return json.dump(2);
}

Image parse_config(const std::string& json) {
  try {
    return read_config(Json::parse(json));
  } catch (const Json::exception& error) {
    throw std::runtime_error(fmt::format("image configuration: {}", error.what()));
  }
}

std::string healthcheck_json(const Healthcheck& check) {
  return health_json(check).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string inspect_json(const Image& image) {
  const Config& config = image.config;
  // Docker shows these members of Config even when they are empty.
  Json shown = {{"ExposedPorts", set_json(config.exposed_ports)},
                {"User", config.user},
                {"Env", config.env},
                {"Cmd", config.cmd},
                {"Volumes", set_json(config.volumes)},
                {"Entrypoint", config.entrypoint},
                {"WorkingDir", config.working_dir},
                {"Labels", config.labels},
                {"StopSignal", config.stop_signal}};
  if (!config.healthcheck.test.empty()) shown["Healthcheck"] = health_json(config.healthcheck);
  const Json json = {{"Id", image.id},
                     {"RepoTags", image.names},
                     {"RepoDigests", digest_names(image)},
                     {"Comment", image.history.empty() ? "" : image.history.back().comment},
                     {"Created", image.created},
                     {"Author", image.author},
                     {"Config", shown},
                     {"Architecture", image.architecture},
                     {"Os", image.os},
                     {"Size", image.size()},
                     {"RootFS", {{"Type", "layers"}, {"Layers", image.diff_ids}}}};
  return json.dump(4, ' ', false, Json::error_handler_t::replace);
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

}  // namespace image
