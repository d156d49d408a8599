// See timeline.h.
#include "vm-launcher/launch/timeline.h"

#include <nlohmann/json.hpp>

namespace vm {

namespace {

constexpr const char* kNames[] = {"prepared", "connected",    "qemu_started", "first_console",
                                  "ready",    "first_output", "exited",       "gone"};

std::size_t index_of(Stamp stamp) {
  return static_cast<std::size_t>(stamp);
}

}  // namespace

double Timeline::now() const {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
}

void Timeline::mark(Stamp stamp) {
  auto& slot = stamps_[index_of(stamp)];
  if (!slot) slot = now();
}

void Timeline::forget_boot() {
  for (const Stamp stamp : {Stamp::qemu_started, Stamp::first_console, Stamp::ready})
    stamps_[index_of(stamp)].reset();
}

std::optional<double> Timeline::at(Stamp stamp) const {
  return stamps_[index_of(stamp)];
}

std::string Timeline::to_json(const std::vector<std::pair<std::string, std::string>>& facts) const {
  nlohmann::ordered_json value;
  value["unit"] = "ms since request";
  value["request"] = 0.0;
  for (std::size_t index = 0; index < std::size(kNames); ++index) {
    if (stamps_[index]) {
      value[kNames[index]] = *stamps_[index];
    } else {
      value[kNames[index]] = nullptr;
    }
  }
  for (const auto& [name, text] : facts)
    value[name] = text;
  return value.dump() + "\n";
}

}  // namespace vm
