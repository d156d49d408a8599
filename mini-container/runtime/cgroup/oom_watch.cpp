// See oom_watch.h.
#include "mini-container/runtime/cgroup/oom_watch.h"

#include <fmt/format.h>

#include <cstring>

#include "base/sys/file.h"
#include "base/sys/notice.h"
#include "mini-container/runtime/cgroup/figures.h"

namespace cgroup {

OomWatch::OomWatch(sys::UniqueFd descriptor, sys::UniqueFd control, std::string path, bool v2)
    : descriptor_(std::move(descriptor)), control_(std::move(control)), path_(std::move(path)), v2_(v2) {
  known_ = kills();
}

std::optional<OomWatch> OomWatch::start(const Cgroup& group) {
  const auto place = group.placement_of("memory");
  if (!place) return std::nullopt;
  if (place->name == "unified")
    return OomWatch(sys::watch_changes(place->path + "/memory.events"), {}, place->path, true);
  sys::UniqueFd counter = sys::eventfd();
  sys::UniqueFd control = sys::open(place->path + "/memory.oom_control", O_RDONLY);
  sys::write_existing_file(place->path + "/cgroup.event_control",
                           fmt::format("{} {}", counter.get(), control.get()));
  return OomWatch(std::move(counter), std::move(control), place->path, false);
}

std::uint64_t OomWatch::kills() const {
  return v2_ ? field_in(path_ + "/memory.events", "oom_kill").value_or(known_) : 0;
}

std::uint64_t OomWatch::take() {
  char news[4096];
  const std::size_t size = sys::read(descriptor_.get(), news);
  if (!v2_) {
    // The end of the group counts the event up too.
    std::uint64_t count = 0;
    if (size == sizeof count) std::memcpy(&count, news, sizeof count);
    return sys::exists(path_ + "/memory.oom_control") ? count : 0;
  }
  // WHY once: a kill between two looks at the file would be known and never told.
  const std::uint64_t now = kills();
  return now - std::exchange(known_, now);
}

}  // namespace cgroup
