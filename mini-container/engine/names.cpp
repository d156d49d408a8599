// See names.h.
#include "mini-container/engine/names.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cstring>
#include <stdexcept>

#include "base/sys/fd.h"

namespace engine {

namespace {

constexpr std::array kAdjectives = {
    "amber",  "brave", "calm",   "clever", "cosmic", "daring",  "eager",  "fair",   "gentle",
    "golden", "happy", "hidden", "humble", "jolly",  "keen",    "kind",   "lively", "lucid",
    "mellow", "merry", "mighty", "modest", "noble",  "patient", "polite", "proud",  "quick",
    "quiet",  "rapid", "serene", "silent", "silver", "simple",  "sleek",  "smart",  "solid",
    "steady", "sunny", "swift",  "tender", "tidy",   "vivid",   "warm",   "wise"};
constexpr std::array kNouns = {
    "anchor",  "basin",  "beacon", "bridge", "brook",  "canyon",  "cedar",  "cliff",  "comet",
    "cove",    "crane",  "delta",  "dune",   "ember",  "falcon",  "fern",   "fjord",  "forest",
    "garden",  "glade",  "grove",  "harbor", "heron",  "island",  "lagoon", "lake",   "lantern",
    "maple",   "meadow", "meteor", "mill",   "oasis",  "orchard", "otter",  "pebble", "pine",
    "prairie", "reef",   "ridge",  "river",  "summit", "tide",    "valley", "willow"};

template <std::size_t Size>
std::array<char, Size> random_bytes() {
  std::array<char, Size> bytes{};
  const sys::UniqueFd source = sys::open("/dev/urandom", O_RDONLY);
  sys::read(source.get(), bytes);
  return bytes;
}

}  // namespace

std::string new_id() {
  std::string id;
  for (const char byte : random_bytes<32>()) {
    id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return id;
}

std::string short_id(const std::string& id) {
  return id.substr(0, 12);
}

bool is_id(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string name_for(std::uint64_t number) {
  return fmt::format("{}_{}", kAdjectives.at(number % kAdjectives.size()),
                     kNouns.at(number / kAdjectives.size() % kNouns.size()));
}

std::uint64_t random_number() {
  const auto bytes = random_bytes<8>();
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

void check_name(const std::string& name) {
  bool good = name.size() > 1 && std::isalnum(static_cast<unsigned char>(name.front())) != 0;
  for (const char character : name) {
    good = good && (std::isalnum(static_cast<unsigned char>(character)) != 0 ||
                    std::string_view("_.-").find(character) != std::string_view::npos);
  }
  if (!good) {
    throw std::invalid_argument(
        fmt::format("Invalid container name ({}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name));
  }
}

}  // namespace engine
