// See users.h.
#include "base/users/users.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/text/text.h"

namespace users {

namespace {

using Fields = std::vector<std::string_view>;

constexpr off_t kLargest = 1 << 20;

// The first line whose first field is `name` or whose third is the number that `name` is.
std::optional<Fields> find_line(std::string_view file, std::string_view name, std::size_t least) {
  const auto number = text::number<unsigned>(name);
  for (const std::string_view line : text::split(file, '\n')) {
    Fields fields = text::split(line, ':');
    if (fields.size() < least) continue;
    if (fields[0] == name || (number && text::number<unsigned>(fields[2]) == number)) return fields;
  }
  return std::nullopt;
}

gid_t group_id(std::string_view name, std::string_view group) {
  if (const auto number = text::number<gid_t>(name)) return *number;
  const auto fields = find_line(group, name, 3);
  const auto number = fields ? text::number<gid_t>((*fields)[2]) : std::nullopt;
  if (!number) throw std::invalid_argument(fmt::format("no group \"{}\" in the image's /etc/group", name));
  return *number;
}

// Groups that list `user` as a member.
std::vector<gid_t> memberships(std::string_view user, std::string_view group) {
  std::vector<gid_t> groups;
  for (const std::string_view line : text::split(group, '\n')) {
    const Fields fields = text::split(line, ':');
    if (fields.size() < 4) continue;
    const auto number = text::number<gid_t>(fields[2]);
    const Fields members = text::split(fields[3], ',');
    if (number && std::find(members.begin(), members.end(), user) != members.end()) groups.push_back(*number);
  }
  return groups;
}

}  // namespace

Identity resolve(std::string_view spelled, std::string_view passwd, std::string_view group) {
  const std::size_t colon = spelled.find(':');
  const std::string_view user = spelled.empty() || colon == 0 ? "0" : spelled.substr(0, colon);
  Identity identity;
  const auto fields = find_line(passwd, user, 6);
  const auto number = text::number<uid_t>(user);
  if (!fields && !number) {
    throw std::invalid_argument(fmt::format("no user \"{}\" in the image's /etc/passwd", user));
  }
  if (fields) {
    identity.uid = text::number<uid_t>((*fields)[2]).value_or(0);
    identity.gid = text::number<gid_t>((*fields)[3]).value_or(0);
    if (!(*fields)[5].empty()) identity.home = (*fields)[5];
    if (colon == std::string_view::npos) identity.groups = memberships((*fields)[0], group);
  }
  if (number) identity.uid = *number;
  if (colon != std::string_view::npos) identity.gid = group_id(spelled.substr(colon + 1), group);
  return identity;
}

std::string file_of_image(int root, const std::string& path) {
  // WHY looked at first: to open a device of the image is to act on the host, where no device rules hold.
  const sys::UniqueFd found = sys::open_in_root_if_present(root, path, O_PATH);
  if (!found || !S_ISREG(sys::fstat(found.get()).st_mode)) return {};
  // WHY looked at again: what was opened may be another file by then.
  const sys::UniqueFd file = sys::open_in_root_if_present(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) return {};
  const struct stat status = sys::fstat(file.get());
  const bool small = status.st_size > 0 && status.st_size <= kLargest;
  return S_ISREG(status.st_mode) && small ? sys::read_to_end(file.get()) : std::string();
}

Identity resolve_in(const std::string& rootfs, std::string_view spelled) {
  const sys::UniqueFd root = sys::open(rootfs, O_PATH | O_DIRECTORY);
  return resolve(spelled, file_of_image(root.get(), "etc/passwd"), file_of_image(root.get(), "etc/group"));
}

}  // namespace users
