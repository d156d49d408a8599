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
    protocol::say(line.get(), protocol::Word::born, {pidfd});
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
  sys::UniqueFd pidfd = std::move(protocol::expect(pair.first.get(), protocol::Word::born).at(0));
  between.wait();
  const pid_t pid = sys::pid_of(pidfd.get());
  return {pid, std::move(pidfd)};
}

}  // namespace lifecycle
