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

bool Leases::try_take(std::uint32_t address, const std::string& container_id) const {
  return sys::symlinkat_if_missing(container_id, AT_FDCWD, path_of(address));
}

std::uint32_t Leases::take(const Range& range, const std::string& container_id, std::uint32_t wanted) const {
  if (wanted != 0) {
    if (wanted <= range.subnet.base || wanted >= last_of(range.subnet) || wanted == range.gateway) {
      throw std::runtime_error(fmt::format("address {} is not one of {} that a container can have",
                                           address_text(wanted), to_string(range.subnet)));
    }
    if (!try_take(wanted, container_id)) {
      throw std::runtime_error(fmt::format("address {} is taken by another container", address_text(wanted)));
    }
    return wanted;
  }
  return take_next(range, container_id);
}

std::uint32_t Leases::take_next(const Range& range, const std::string& container_id) const {
  const std::uint32_t first = range.subnet.base + 1;
  const std::uint32_t count = last_of(range.subnet) - first;
  const std::string hint_path = directory_ + ".last";
  const auto hint = sys::read_file_if_present(hint_path);
  // A hint from another subnet, or past the end, wraps into this one; none starts at the beginning.
  const std::uint32_t start = hint ? (address_or_zero(*hint) + 1 - first) % count : 0;
  for (std::uint32_t step = 0; step < count; ++step) {
    const std::uint32_t address = first + (start + step) % count;
    if (address == range.gateway || !try_take(address, container_id)) continue;
    if (!hint) sys::create_exclusive(hint_path, 0600);
    sys::write_all(sys::open(hint_path, O_WRONLY | O_TRUNC).get(), address_text(address));
    return address;
  }
  throw std::runtime_error(fmt::format("every address of {} is taken", to_string(range.subnet)));
}

bool Leases::release(const std::string& container_id) const {
  bool found = false;
  for (const auto& [address, owner] : all()) {
    if (owner == container_id) found = sys::unlink_if_present(directory_ + "/" + address) || found;
  }
  return found;
}

void Leases::release(std::uint32_t address) const {
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
