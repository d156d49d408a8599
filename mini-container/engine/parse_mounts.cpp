// --mount, --ulimit, names and options of volumes as values. Declared in parse.h.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "mini-container/engine/parse.h"

namespace engine {

namespace {

[[noreturn]] void reject(const std::string& text, const std::string& why) {
  throw std::invalid_argument(fmt::format(
      "invalid argument \"{}\" for --mount: {}. Next: for example type=volume,source=data,target=/data", text,
      why));
}

// Several spellings of one key, as Docker takes them.
std::string key_of(std::string_view spelled) {
  if (spelled == "src") return "source";
  if (spelled == "dst" || spelled == "destination") return "target";
  if (spelled == "ro") return "readonly";
  return std::string(spelled);
}

std::map<std::string, std::string> fields_of(const std::string& text) {
  std::map<std::string, std::string> fields = {{"type", "volume"}};
  for (const std::string_view part : text::split(text, ',')) {
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string key = key_of(part.substr(0, equals));
    static constexpr std::array known = {"type", "source", "target", "readonly", "tmpfs-size", "tmpfs-mode"};
    if (std::find(known.begin(), known.end(), key) == known.end())
      reject(text, fmt::format("unexpected key '{}'", key));
    fields[key] = part.substr(std::min(equals + 1, part.size()));
  }
  return fields;
}

}  // namespace

void add_mount(Settings& settings, const std::string& text) {
  const auto fields = fields_of(text);
  const auto field = [&](const char* key) {
    const auto found = fields.find(key);
    return found == fields.end() ? "" : found->second;
  };
  const std::string type = field("type"), source = field("source"), target = field("target");
  const std::string read_only = field("readonly");
  if (!target.starts_with('/')) reject(text, "target is required, and absolute");
  const bool locked = fields.contains("readonly") && read_only != "false" && read_only != "0";
  if (type == "tmpfs") {
    if (!source.empty()) reject(text, "a tmpfs has no source");
    std::string options = locked ? "ro" : "rw";
    if (!field("tmpfs-size").empty()) options += fmt::format(",size={}", parse_bytes(field("tmpfs-size")));
    if (!field("tmpfs-mode").empty()) options += ",mode=" + field("tmpfs-mode");
    settings.tmpfs.push_back(target + ":" + options);
    return;
  }
  if (type == "bind" && !source.starts_with('/'))
    reject(text, "the source of a bind mount is an absolute path");
  if (type == "bind" && !sys::exists(source)) reject(text, "bind source path does not exist: " + source);
  if (type == "volume" && source.find('/') != std::string::npos)
    reject(text, "a volume has a name, not a path");
  if (type != "bind" && type != "volume") reject(text, "the type is none of bind, volume, tmpfs");
  const std::string volume = source.empty() ? target : source + ":" + target;
  if (source.empty() && locked) reject(text, "a new volume that nobody may write stays empty");
  settings.volumes.push_back(volume + (locked ? ":ro" : ""));
}

void check_volume_name(const std::string& name) {
  bool good = !name.empty() && std::isalnum(static_cast<unsigned char>(name.front())) != 0;
  for (const char letter : name) {
    good = good && (std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
                    std::string_view("_.-").find(letter) != std::string_view::npos);
  }
  if (!good) {
    throw std::invalid_argument(
        fmt::format("create {0}: \"{0}\" includes invalid characters for a local volume name, only "
                    "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, "
                    "use absolute path",
                    name));
  }
  constexpr std::size_t kLongest = 200;
  if (name.size() == 1) {
    throw std::invalid_argument(fmt::format(
        "create {}: volume name is too short, names should be at least two alphanumeric characters", name));
  }
  if (name.size() > kLongest)
    throw std::invalid_argument(fmt::format("create {}: the name is too long", name));
}

void check_volume_options(const std::string& name, const std::map<std::string, std::string>& options) {
  // As Docker: one of these is nothing without the others.
  static const std::map<std::string, std::vector<std::string>> known = {
      {"type", {"device"}}, {"device", {"type"}}, {"o", {"device", "type"}}};
  for (const auto& [option, _] : options) {
    const auto needs = known.find(option);
    if (needs == known.end())
      throw std::invalid_argument(fmt::format("create {}: invalid option: \"{}\"", name, option));
    for (const std::string& other : needs->second)
      if (!options.contains(other) || options.at(other).empty())
        throw std::invalid_argument(fmt::format("create {}: missing required option: \"{}\"", name, other));
  }
}

Ulimit parse_ulimit(const std::string& text) {
  static constexpr std::array names = {"as",      "core",     "cpu",        "data",   "fsize", "locks",
                                       "memlock", "msgqueue", "nice",       "nofile", "nproc", "rss",
                                       "rtprio",  "rttime",   "sigpending", "stack"};
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string name = text.substr(0, equals);
  const std::string_view values = std::string_view(text).substr(std::min(equals + 1, text.size()));
  const std::size_t colon = std::min(values.find(':'), values.size());
  // -1: no limit.
  const auto number = [](std::string_view digits) {
    return digits == "-1" ? std::optional(~std::uint64_t{0}) : text::number<std::uint64_t>(digits);
  };
  const auto soft = number(values.substr(0, colon));
  const auto hard = colon == values.size() ? soft : number(values.substr(colon + 1));
  if (std::find(names.begin(), names.end(), name) == names.end() || !soft || !hard || *soft > *hard) {
    throw std::invalid_argument(fmt::format(
        "invalid ulimit \"{}\": expected NAME=SOFT[:HARD], for example nofile=1024:2048, with one of {}",
        text, fmt::join(names, ", ")));
  }
  std::string type = "RLIMIT_";
  for (const char letter : name)
    type += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return {type, *soft, *hard};
}

}  // namespace engine
