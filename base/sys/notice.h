// Descriptors that become readable when something happened elsewhere in the kernel.
// Reads: timerfd_create(2), eventfd(2), inotify_init1(2), inotify_add_watch(2), inotify(7).
#pragma once

#include <cstdint>
#include <string>

#include "base/sys/fd.h"

namespace sys {

// eventfd(2): read(2) gives the count of events in eight bytes, and sets it back to 0.
UniqueFd eventfd(Where where = Where::current());
// inotify_init1(2) and inotify_add_watch(2) with IN_MODIFY on one file.
UniqueFd watch_changes(const std::string& path, Where where = Where::current());

// timerfd_create(2) and timerfd_settime(2): becomes readable once, after so many nanoseconds, at least one.
UniqueFd timer(std::int64_t nanoseconds, Where where = Where::current());

}  // namespace sys
