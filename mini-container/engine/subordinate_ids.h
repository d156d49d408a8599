// Which ids beside its own a user may give away inside a user namespace: /etc/subuid and /etc/subgid, written by the
// administrator. Pure. Reads: subuid(5), newuidmap(1), user_namespaces(7).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/sys/identity.h"

namespace engine {

using sys::IdRange;

// Of the lines "NAME:FIRST:COUNT" those of the user called `name` or, by number, `uid`; what is no such line is passed over.
std::vector<IdRange> subordinate_ids(std::string_view file, std::string_view name, uid_t uid);
// Who `uid` is, by /etc/passwd; "" if nobody of that number is in it.
std::string name_of_user(std::string_view passwd, uid_t uid);

// What newuidmap(1) is called with for process `pid`: root inside is `own`, all that follow are `ranges`, one after the
// other: {"42", "0", "1000", "1", "1", "100000", "65536"}.
std::vector<std::string> map_arguments(pid_t pid, std::uint32_t own, const std::vector<IdRange>& ranges);

}  // namespace engine
