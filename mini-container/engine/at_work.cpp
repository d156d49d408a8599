// See at_work.h.
#include "mini-container/engine/at_work.h"

#include <cctype>
#include <csignal>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/text/text.h"

namespace engine {

std::vector<AtWork> programs_at_work(const Paths& paths) {
  const std::string directory = paths.containers + "/";
  std::vector<AtWork> found;
  for (const std::string& name : sys::list_directory("/proc")) {
    const auto pid = text::number<pid_t>(name);
    if (!pid) continue;
    const auto command = sys::read_file_if_present("/proc/" + name + "/cmdline").value_or("");
    const std::size_t place = command.find(directory);
    if (place == std::string::npos) continue;
    const bool is_runtime = command.find("--bundle") != std::string::npos;
    const bool ours = is_runtime || command.find("container-monitor") != std::string::npos ||
                      // pasta's file, of the network of an ordinary user's container
                      command.find("/network.pid") != std::string::npos;
    if (!ours) continue;
    const std::string rest = command.substr(place + directory.size());
    found.push_back({*pid, rest.substr(0, rest.find_first_of(std::string_view("/\0", 2))), is_runtime});
  }
  return found;
}

void end_runtimes_at_work(const Paths& paths, const std::string& id) {
  for (const AtWork& program : programs_at_work(paths)) {
    if (!program.is_runtime || program.container != id) continue;
    const sys::UniqueFd process = sys::pidfd_open(program.pid);
    if (!process) continue;
    sys::pidfd_send_signal(process.get(), SIGKILL);
    pollfd ended = {process.get(), POLLIN, 0};
    sys::poll({&ended, 1}, -1);
  }
}

}  // namespace engine
