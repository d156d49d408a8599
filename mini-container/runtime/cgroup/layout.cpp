// See layout.h.
#include "mini-container/runtime/cgroup/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/file.h"
#include "base/text/text.h"

namespace cgroup {

namespace {

bool is_octal(char character) {
  return character >= '0' && character <= '7';
}

// The kernel writes blank, tab, newline and backslash in a path as "\040" and the like.
std::string unescape(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
        is_octal(text[i + 3])) {
      result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

// Of the options of a v1 mount, those that are controllers.
std::vector<std::string> controllers_in(std::string_view options) {
  static constexpr std::string_view kOthers[] = {
      "rw", "ro", "noprefix", "clone_children", "xattr", "cpuset_v2_mode", "none"};
  std::vector<std::string> controllers;
  for (const std::string_view option : text::words(options, ",")) {
    const bool other = std::find(std::begin(kOthers), std::end(kOthers), option) != std::end(kOthers);
    const bool value = option.find('=') != std::string_view::npos && !option.starts_with("name=");
    if (!other && !value) controllers.emplace_back(option);
  }
  return controllers;
}

// 36 35 98:0 ROOT MOUNT_POINT rw,noatime [optional fields] - TYPE SOURCE OPTIONS
bool parse_mount(std::string_view line, Hierarchy& hierarchy) {
  // WHY: few lines are about cgroups, and taking all of them apart was a tenth of what a start computes.
  if (line.find(" - cgroup") == std::string_view::npos) return false;
  const auto fields = text::words(line, " ");
  const auto dash = std::find(fields.begin(), fields.end(), "-");
  if (fields.size() < 9 || fields.end() - dash < 4) return false;
  if (*(dash + 1) != "cgroup" && *(dash + 1) != "cgroup2") return false;
  hierarchy.version = *(dash + 1) == "cgroup2" ? Version::v2 : Version::v1;
  hierarchy.mount_root = unescape(fields[3]);
  hierarchy.mount_point = unescape(fields[4]);
  if (hierarchy.version == Version::v1) hierarchy.controllers = controllers_in(*(dash + 3));
  return true;
}

// Lines of /proc/self/cgroup: "4:memory:/a/b", "0::/a/b" for v2.
std::string own_group(std::string_view self_cgroup, const Hierarchy& hierarchy) {
  for (const std::string_view line : text::words(self_cgroup, "\n")) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view names = line.substr(first + 1, second - first - 1);
    const bool same = hierarchy.version == Version::v2
                          ? names.empty()
                          : !names.empty() && hierarchy.has(text::words(names, ",").front());
    if (!same) continue;
    std::string own(line.substr(second + 1));
    // A bind mount of a part shows paths from its own top.
    if (hierarchy.mount_root != "/" && own.starts_with(hierarchy.mount_root)) {
      own = own.substr(hierarchy.mount_root.size());
    }
    return own.empty() ? "/" : own;
  }
  return "/";
}

}  // namespace

bool Hierarchy::has(std::string_view controller) const {
  return std::find(controllers.begin(), controllers.end(), controller) != controllers.end();
}

std::string Hierarchy::name() const {
  return version == Version::v2 ? "unified" : fmt::format("{}", fmt::join(controllers, ","));
}

const Hierarchy* Layout::find(std::string_view controller) const {
  for (const Hierarchy& hierarchy : hierarchies) {
    if (hierarchy.has(controller)) return &hierarchy;
  }
  return nullptr;
}

const Hierarchy* Layout::unified() const {
  for (const Hierarchy& hierarchy : hierarchies) {
    if (hierarchy.version == Version::v2) return &hierarchy;
  }
  return nullptr;
}

bool Layout::pure_v2() const {
  return hierarchies.size() == 1 && hierarchies.front().version == Version::v2;
}

namespace {

// The content of cgroup.controllers: "cpu memory pids\n".
std::vector<std::string> controllers_of_v2(std::string_view content) {
  const auto names = text::words(content, " \n");
  return {names.begin(), names.end()};
}

}  // namespace

Layout parse_layout(std::string_view mountinfo, std::string_view self_cgroup,
                    std::string_view unified_controllers) {
  Layout layout;
  for (const std::string_view line : text::words(mountinfo, "\n")) {
    Hierarchy hierarchy;
    if (!parse_mount(line, hierarchy)) continue;
    if (hierarchy.version == Version::v2) hierarchy.controllers = controllers_of_v2(unified_controllers);
    // The same hierarchy may be mounted again for some container: the first mount is the host's.
    const bool again =
        std::any_of(layout.hierarchies.begin(), layout.hierarchies.end(), [&](const Hierarchy& known) {
          return known.version == hierarchy.version && known.controllers == hierarchy.controllers;
        });
    if (again) continue;
    hierarchy.own = own_group(self_cgroup, hierarchy);
    layout.hierarchies.push_back(std::move(hierarchy));
  }
  return layout;
}

Layout detect() {
  const std::string mountinfo = sys::read_file("/proc/self/mountinfo");
  const std::string self_cgroup = sys::read_file("/proc/self/cgroup");
  Layout layout = parse_layout(mountinfo, self_cgroup, "");
  for (Hierarchy& hierarchy : layout.hierarchies) {
    if (hierarchy.version == Version::v1) continue;
    const auto controllers = sys::read_file_if_present(hierarchy.mount_point + "/cgroup.controllers");
    hierarchy.controllers = controllers_of_v2(controllers.value_or(""));
  }
  return layout;
}

}  // namespace cgroup
