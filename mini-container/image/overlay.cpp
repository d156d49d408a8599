// See overlay.h.
#include "mini-container/image/overlay.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/mount.h"

namespace image {

namespace {

// mount(2) copies one page of options and cuts the rest without a word.
constexpr std::size_t kOptionsLimit = 4095;

void refuse_syntax(const std::string& path) {
  if (path.find_first_of(",:\\\"") == std::string::npos) return;
  throw std::invalid_argument(fmt::format(
      "overlay: \"{}\" holds one of , : \\ \" which overlayfs takes for its own syntax; choose another "
      "folder with --root",
      path));
}

// Directories made for a mount, removed again unless it succeeds.
class Made {
 public:
  ~Made() {
    try {
      for (const std::string& path : paths_)
        sys::remove_tree(path);
    } catch (const std::exception&) {
      return;  // the failed mount is what the user must hear of; the container's directory goes anyway
    }
  }
  void add(const std::string& path, mode_t mode) {
    if (sys::mkdir_if_missing(path, mode)) paths_.push_back(path);
  }
  void keep() { paths_.clear(); }

 private:
  std::vector<std::string> paths_;
};

}  // namespace

bool marks_are_the_users() {
  // Asked for every directory of a tree, and the same for all of them.
  static const bool users = !sys::id_space().of_host;
  return users;
}

std::string opaque_mark() {
  return marks_are_the_users() ? "user.overlay.opaque" : "trusted.overlay.opaque";
}

OverlayPlan plan_overlay(const std::vector<std::string>& layers, const std::string& container_directory,
                         bool temporary) {
  return {.lower = {layers.rbegin(), layers.rend()},
          .upper = container_directory + "/upper",
          .work = container_directory + "/work",
          .target = container_directory + "/rootfs",
          .temporary = temporary};
}

std::string overlay_options(const OverlayPlan& plan) {
  if (plan.lower.empty()) throw std::invalid_argument("overlay: the image has no layer");
  for (const std::string& path : plan.lower)
    refuse_syntax(path);
  refuse_syntax(plan.upper);
  return fmt::format("lowerdir={},upperdir={},workdir={}{}{}", fmt::join(plan.lower, ":"), plan.upper,
                     plan.work, plan.users_marks ? ",userxattr" : "", plan.temporary ? ",volatile" : "");
}

void mount_overlay(const OverlayPlan& plan) {
  Made made;
  made.add(plan.upper, 0755);
  // WHY: a "volatile" mount leaves a mark in its work directory that would refuse the next mount.
  sys::remove_tree(plan.work);
  made.add(plan.work, 0700);
  made.add(plan.target, 0755);

  OverlayPlan short_plan = plan;
  short_plan.users_marks = marks_are_the_users();
  std::vector<sys::UniqueFd> open;
  if (overlay_options(plan).size() > kOptionsLimit) {
    for (std::string& layer : short_plan.lower) {
      open.push_back(sys::open(layer, O_PATH | O_DIRECTORY));
      layer = sys::fd_path(open.back().get());
    }
  }
  const std::string options = overlay_options(short_plan);
  if (options.size() > kOptionsLimit) {
    throw std::invalid_argument(
        fmt::format("overlay: {} layers are more than mount(2) can name", plan.lower.size()));
  }
  try {
    sys::mount("overlay", plan.target, "overlay", 0, options);
  } catch (const sys::Error& error) {
    if (!short_plan.users_marks || (error.error() != EPERM && error.error() != EINVAL)) throw;
    throw sys::Error(error.error(), error.call(), error.arguments(), error.phase(),
                     "an overlay in a user namespace needs Linux 5.11 or newer, and a file system with user "
                     "attributes below it; without, run as root");
  }
  made.keep();
}

bool unmount_overlay(const std::string& container_directory) {
  return sys::umount_if_mounted(container_directory + "/rootfs");
}

}  // namespace image
