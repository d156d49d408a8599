// A tap: a network link whose other end is a file descriptor instead of another link. What a program reads there are the
// frames that the kernel sends out of the link, so a hypervisor that holds it is the wire to a guest's card.
// Reads: tuntap.rst in the kernel's documentation, ioctl(2).
#pragma once

#include <string>

#include "base/sys/call.h"

namespace sys {

// ioctl(2) TUNSETIFF, TUNSETPERSIST: makes the link, or takes one of that name that nobody holds. It stays when this returns, without
// a carrier, for whoever opens it next.
void make_tap(const std::string& name, Where where = Where::current());

}  // namespace sys
