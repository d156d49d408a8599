// See users.h.
#include "mini-container/engine/users.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "base/sys/fd.h"

namespace engine {

namespace {

using Fields = std::vector<std::string>;

Fields split(const std::string& line, char separator) {
  Fields fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, separator);)
    fields.push_back(field);
  return fields;
}

std::optional<unsigned> number_of(const std::string& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// The first line whose first field is `name` or whose third is `number`.
std::optional<Fields> find_line(const std::string& file, const std::string& name, std::size_t least) {
  const auto number = number_of(name);
  for (const std::string& line : split(file, '\n')) {
    Fields fields = split(line, ':');
    if (fields.size() < least) continue;
    if (fields[0] == name || (number && number_of(fields[2]) == number)) return fields;
  }
  return std::nullopt;
}

gid_t group_id(const std::string& name, const std::string& group) {
  if (const auto number = number_of(name)) return *number;
  const auto fields = find_line(group, name, 3);
  const auto number = fields ? number_of((*fields)[2]) : std::nullopt;
  if (!number) throw std::invalid_argument(fmt::format("no group \"{}\" in the image's /etc/group", name));
  return *number;
}

// Groups that list `user` as a member.
std::vector<gid_t> memberships(const std::string& user, const std::string& group) {
  std::vector<gid_t> groups;
  for (const std::string& line : split(group, '\n')) {
    const Fields fields = split(line, ':');
    if (fields.size() < 4) continue;
    const auto number = number_of(fields[2]);
    for (const std::string& member : split(fields[3], ',')) {
      if (member == user && number) groups.push_back(*number);
    }
  }
  return groups;
}

}  // namespace

Identity resolve_user(const std::string& text, const std::string& passwd, const std::string& group) {
  const std::size_t colon = text.find(':');
  const std::string user = text.empty() || colon == 0 ? "0" : text.substr(0, colon);
  Identity identity;
  const auto fields = find_line(passwd, user, 6);
  const auto number = number_of(user);
  if (!fields && !number) {
    throw std::invalid_argument(fmt::format("no user \"{}\" in the image's /etc/passwd", user));
  }
  if (fields) {
    identity.uid = number_of((*fields)[2]).value_or(0);
    identity.gid = number_of((*fields)[3]).value_or(0);
    if (!(*fields)[5].empty()) identity.home = (*fields)[5];
    if (colon == std::string::npos) identity.groups = memberships((*fields)[0], group);
  }
  if (number) identity.uid = *number;
  if (colon != std::string::npos) identity.gid = group_id(text.substr(colon + 1), group);
  return identity;
}

Identity resolve_user_in(const std::string& rootfs, const std::string& text) {
  const sys::UniqueFd root = sys::open(rootfs, O_PATH | O_DIRECTORY);
  const auto content = [&](const char* path) {
    const sys::UniqueFd file = sys::open_in_root_if_present(root.get(), path, O_RDONLY | O_NONBLOCK);
    return file ? sys::read_to_end(file.get()) : std::string();
  };
  return resolve_user(text, content("etc/passwd"), content("etc/group"));
}

}  // namespace engine
