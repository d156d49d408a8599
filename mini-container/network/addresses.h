// The addresses that a container gets in its network: those that it wishes for, or the next pair that is free.
#pragma once

#include "mini-container/network/attachment.h"
#include "mini-container/network/definition.h"
#include "mini-container/network/leases.h"

namespace network {

// "" for any.
struct AddressWishes {
  std::string address, address6;
};

// The addresses of a network without a bridge of ours to tell them.
Range range_of(const Definition& definition);

// Takes the leases and fills in the attachment's addresses, of those of `whole` that the definition lets containers have. Throws
// std::runtime_error in Docker's words; what the container has by then is the caller's to give back.
void take_addresses(const Leases& leases, const Definition& definition, const Range& whole,
                    const AddressWishes& wishes, Attachment& attachment);

}  // namespace network
