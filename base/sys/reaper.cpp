// See reaper.h.
#include "base/sys/reaper.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sys {

namespace {

constexpr int kTickMs = 10;
// WHY: the library also runs programs of that name and waits for them itself; what it is about to reap must not be
// taken from it (ECHILD). Nobody waits for what stays a zombie for so long.
constexpr int kPatienceTicks = 5;

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
  pid_t seen = 0;
  int ticks = 0;
  while (::poll(&entry, 1, kTickMs) == 0) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0) continue;
    ticks = info.si_pid == seen ? ticks + 1 : 0;
    seen = info.si_pid;
    if (ticks >= kPatienceTicks && named(seen, name_)) {
      ::waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WEXITED | WNOHANG);
    }
  }
}

}  // namespace sys
