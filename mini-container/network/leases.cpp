// See leases.h.
#include "mini-container/network/leases.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/sys/fd.h"
#include "base/sys/file.h"

namespace network {

namespace {

std::uint32_t last_of(const Subnet& subnet) {
  return subnet.base + ((std::uint64_t{1} << (32 - subnet.prefix)) - 1);  // the broadcast address
}

// Two writers at once may leave nonsense in the hint, which is then no worse than none.
std::uint32_t address_or_zero(const std::string& text) {
  try {
    return parse_address(text);
  } catch (const std::invalid_argument&) {
    return 0;
  }
}

}  // namespace

bool Range::is_usable(std::uint32_t address) const {
  return address > subnet.base && address < last_of(subnet) && address != gateway &&
         !reserved.contains(address);
}

bool Leases::try_take(const std::string& address, const std::string& container_id) const {
  return sys::symlinkat_if_missing(container_id, AT_FDCWD, path_of(address));
}

std::uint32_t Leases::take(const Range& range, const std::string& container_id, std::uint32_t wanted) const {
  if (wanted != 0) {
    const std::string text = address_text(wanted);
    if (!contains(range.subnet, wanted)) {
      throw std::runtime_error(fmt::format(
          "Invalid address {}: It does not belong to any of this network's subnets. Next: one of {}", text,
          to_string(range.subnet)));
    }
    if (!range.is_usable(wanted) || !try_take(text, container_id)) {
      throw std::runtime_error(
          fmt::format("Address already in use: {} is the gateway's, reserved, or another container's. Next: "
                      "mini-container "
                      "network inspect shows who has which",
                      text));
    }
    return wanted;
  }
  return take_next(range, container_id);
}

std::uint32_t Leases::take_next(const Range& range, const std::string& container_id) const {
  const Subnet& part = range.part ? *range.part : range.subnet;
  const std::uint32_t first = part.base;
  const std::uint64_t count = std::uint64_t{last_of(part)} - first + 1;
  const std::string hint_path = directory_ + ".last";
  const auto hint = sys::read_file_if_present(hint_path);
  // A hint from another subnet, or past the end, wraps into this one; none starts at the beginning.
  const std::uint64_t start = hint ? (address_or_zero(*hint) + 1 - first) % count : 0;
  for (std::uint64_t step = 0; step < count; ++step) {
    const auto address = static_cast<std::uint32_t>(first + (start + step) % count);
    if (!range.is_usable(address) || !try_take(address_text(address), container_id)) continue;
    if (!hint) sys::create_exclusive(hint_path, 0600);
    sys::write_all(sys::open(hint_path, O_WRONLY | O_TRUNC).get(), address_text(address));
    return address;
  }
  throw std::runtime_error(
      fmt::format("no available IPv4 addresses on this network's address pools: every address of {} is taken",
                  to_string(part)));
}

bool Leases::release(const std::string& container_id) const {
  bool found = false;
  for (const auto& [address, owner] : all()) {
    if (owner == container_id) found = sys::unlink_if_present(directory_ + "/" + address) || found;
  }
  return found;
}

void Leases::release_address(const std::string& address) const {
  sys::unlink_if_present(path_of(address));
}

std::map<std::string, std::string> Leases::all() const {
  std::map<std::string, std::string> leases;
  if (!sys::exists(directory_)) return leases;
  for (const std::string& address : sys::list_directory(directory_)) {
    // A name that vanishes meanwhile was given back.
    if (auto owner = sys::readlink_if_present(directory_ + "/" + address))
      leases[address] = *std::move(owner);
  }
  return leases;
}

}  // namespace network
