// See notice.h.
#include "base/sys/notice.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>

#include <algorithm>

namespace sys {

UniqueFd eventfd(Where where) {
  return UniqueFd(call(
      "eventfd2", [] { return std::string("EFD_CLOEXEC"); }, [] { return ::eventfd(0, EFD_CLOEXEC); },
      where));
}

UniqueFd watch_changes(const std::string& path, Where where) {
  UniqueFd watch(call(
      "inotify_init1", [] { return std::string("IN_CLOEXEC"); }, [] { return ::inotify_init1(IN_CLOEXEC); },
      where));
  call(
      "inotify_add_watch", [&] { return path + ", IN_MODIFY"; },
      [&] { return ::inotify_add_watch(watch.get(), path.c_str(), IN_MODIFY); }, where);
  return watch;
}

UniqueFd timer(std::int64_t nanoseconds, Where where) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  // SPEC: timerfd_settime(2): a time of zero disarms it.
  const std::int64_t time = std::max<std::int64_t>(nanoseconds, 1);
  UniqueFd descriptor(call(
      "timerfd_create", [] { return std::string("CLOCK_MONOTONIC, TFD_CLOEXEC"); },
      [] { return ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC); }, where));
  const itimerspec once = {{0, 0}, {time / kSecond, time % kSecond}};
  call(
      "timerfd_settime", [&] { return fmt::format("in {} ns", time); },
      [&] { return ::timerfd_settime(descriptor.get(), 0, &once, nullptr); }, where);
  return descriptor;
}

}  // namespace sys
