// See reaper.h.
#include "base/sys/reaper.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sys {

namespace {

constexpr int kTickMs = 10;

bool named(pid_t pid, const std::string& name) {
  char comm[32] = {};
  const int file = ::open(fmt::format("/proc/{}/comm", pid).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const auto count = ::read(file, comm, sizeof comm - 1);
  ::close(file);
  return count > 0 && std::string_view(comm).starts_with(name);
}

}  // namespace

OrphanReaper::OrphanReaper(std::string name) : name_(std::move(name)), stop_(pipe()) {
  thread_ = std::thread([this] { work(stop_.read.get()); });
}

OrphanReaper::~OrphanReaper() {
  stop_.write.reset();
  thread_.join();
}

void OrphanReaper::work(int stop) const {
  pollfd entry{stop, POLLIN, 0};
  while (::poll(&entry, 1, kTickMs) == 0) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0) continue;
    if (named(info.si_pid, name_)) {
      ::waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WEXITED | WNOHANG);
    }
  }
}

}  // namespace sys
