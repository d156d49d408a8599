// See notice.h.
#include "base/sys/notice.h"

#include <sys/eventfd.h>
#include <sys/inotify.h>

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

}  // namespace sys
