// See descriptors.h.
#include "mini-container/runtime/lifecycle/descriptors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/sys/console.h"
#include "base/sys/fd.h"
#include "base/sys/identity.h"
#include "base/text/text.h"
#include "mini-container/runtime/spec/invalid.h"

namespace lifecycle {

namespace {

constexpr unsigned kFirst = 3;
constexpr unsigned kMost = 1024;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

unsigned number_of(const char* name) {
  return text::number<unsigned>(variable(name)).value_or(0);
}

// SPEC of sd_listen_fds(3): the variables may be meant for an ancestor that did not clear them.
bool meant_for_this_process() {
  return variable("LISTEN_PID").empty() || number_of("LISTEN_PID") == static_cast<unsigned>(sys::getpid());
}

std::optional<int> descriptor_named_by(const std::string& path) {
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (path.starts_with(folder)) return text::number<int>(std::string_view(path).substr(folder.size()));
  }
  return std::nullopt;
}

}  // namespace

void close_uninvited(unsigned preserve_fds, const std::string& document) {
  const unsigned listening = meant_for_this_process() ? number_of("LISTEN_FDS") : 0;
  if (preserve_fds > kMost || listening > kMost) return;  // refused later, by name
  unsigned first = kFirst + listening + preserve_fds;
  std::vector<int> kept = sys::trace_inheritance().descriptors;
  if (const auto named = descriptor_named_by(document); named && *named >= 0) kept.push_back(*named);
  std::sort(kept.begin(), kept.end());
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number > first) sys::close_range(first, number - 1);
    first = std::max(first, number + 1);
  }
  sys::close_range(first, ~0U);
}

PassedDescriptors passed_descriptors(unsigned preserve_fds) {
  PassedDescriptors passed;
  if (meant_for_this_process()) passed.listening = number_of("LISTEN_FDS");
  if (preserve_fds > kMost || passed.listening > kMost)
    throw spec::Invalid("--preserve-fds", fmt::format("more than {} descriptors", kMost));
  if (passed.listening > 0) passed.names = variable("LISTEN_FDNAMES");
  passed.count = passed.listening + preserve_fds;
  // No error: crun's callers count generously.
  for (unsigned fd = kFirst; fd < kFirst + passed.count; ++fd) {
    if (sys::is_inherited(static_cast<int>(fd))) continue;
    trace::warn(fmt::format("{}: descriptor {} and perhaps others up to {} are not open",
                            fd < kFirst + passed.listening ? "$LISTEN_FDS" : "--preserve-fds", fd,
                            kFirst + passed.count - 1));
    break;
  }
  return passed;
}

std::vector<std::string> listen_environment(const PassedDescriptors& passed) {
  if (passed.listening == 0) return {};
  std::vector<std::string> environment = {fmt::format("LISTEN_FDS={}", passed.listening),
                                          fmt::format("LISTEN_PID={}", sys::getpid())};
  if (!passed.names.empty()) environment.push_back("LISTEN_FDNAMES=" + passed.names);
  return environment;
}

}  // namespace lifecycle
