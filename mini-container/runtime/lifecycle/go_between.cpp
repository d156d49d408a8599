// See go_between.h.
#include "mini-container/runtime/lifecycle/go_between.h"

#include <fmt/format.h>
#include <linux/sched.h>

#include "base/sys/namespace.h"
#include "base/sys/socket.h"
#include "mini-container/runtime/sync/protocol.h"

namespace lifecycle {

namespace {

// The number of a process differs from one pid namespace to the next; a pidfd means the same everywhere.
int go_between(int user_namespace, std::uint64_t flags, sys::UniqueFd& line,
               const std::function<int()>& child_main) {
  try {
    sys::setns(user_namespace, CLONE_NEWUSER);
    sys::Child born = sys::clone3({flags, -1, true}, [&] {
      line.reset();
      return child_main();
    });
    const int pidfd = born.pidfd();
    born.release();
    sys::send_message(line.get(), "born", {pidfd});
    return 0;
  } catch (...) {
    protocol::say_failed(line.get(), protocol::describe_current_exception());
    return 1;
  }
}

}  // namespace

sys::Child clone_in_user_namespace(const std::string& path, const sys::CloneArguments& arguments,
                                   const std::function<int()>& child_main) {
  const sys::UniqueFd space = sys::open(path, O_RDONLY);
  sys::SocketPair pair = sys::seqpacket_pair();
  sys::Child between = sys::clone3({0, arguments.cgroup}, [&] {
    pair.first.reset();
    return go_between(space.get(), arguments.flags, pair.second, child_main);
  });
  pair.second.reset();
  auto message = sys::receive_message(pair.first.get());
  between.wait();
  if (!message) throw std::runtime_error(fmt::format("nobody was born in the user namespace {}", path));
  if (message->descriptors.empty()) protocol::rethrow(protocol::decode(message->bytes).failure);
  sys::UniqueFd pidfd = std::move(message->descriptors.front());
  const pid_t pid = sys::pid_of(pidfd.get());
  return {pid, std::move(pidfd)};
}

}  // namespace lifecycle
