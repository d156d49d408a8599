// What netlink.cpp and routes.cpp share: libnl's objects as owned values, and its results as kernel results.
// Reads: netlink(7), rtnetlink(7).
#pragma once

#include <netlink/addr.h>
#include <netlink/cache.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>

#include "base/sys/call.h"

namespace network {

// libnl folds errno into numbers of its own; this unfolds them.
int errno_of(int libnl_code);

// A libnl result as a kernel result: negative with errno set, or not.
template <class Operation>
auto as_kernel_call(Operation operation) {
  return [operation]() {
    const int result = operation();
    if (result < 0) errno = errno_of(result);
    return result;
  };
}

template <auto Function>
struct Put {
  template <class Object>
  void operator()(Object* object) const {
    Function(object);
  }
};
using LinkObject = std::unique_ptr<rtnl_link, Put<rtnl_link_put>>;
using AddressObject = std::unique_ptr<rtnl_addr, Put<rtnl_addr_put>>;
using NetAddress = std::unique_ptr<nl_addr, Put<nl_addr_put>>;
using RouteObject = std::unique_ptr<rtnl_route, Put<rtnl_route_put>>;
using Cache = std::unique_ptr<nl_cache, Put<nl_cache_free>>;

// A dump of one kind of object. `command` is what the `ip` command would be called with.
Cache dump(const char* name, const std::string& command, sys::Where where,
           const std::function<int(nl_cache**)>& request);

}  // namespace network
