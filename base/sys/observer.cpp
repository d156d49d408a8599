// See observer.h.
#include "base/sys/observer.h"

#include <unistd.h>

#include <csignal>

#include "base/sys/facts.h"
#include "base/sys/process.h"
#include "base/sys/socket.h"

namespace sys {

namespace {

// Whoever asks while a process is being made or ends may miss it: the kernel's list of children is exact only while
// they stand still.
trace::Views look(pid_t command) {
  trace::Views views{facts_of_groups(), facts_of_process(command), std::nullopt};
  if (const auto first = contained_descendant(command)) views.container = facts_of_process(*first);
  return views;
}

// The life of the observer: one answer a question, until nobody is left to ask.
int serve(int socket, pid_t command) noexcept {
  try {
    while (const auto question = receive_message(socket)) {
      if (question->descriptors.empty()) continue;
      // Whoever asked may have been killed before the answer.
      write_if_read(question->descriptors.front().get(), trace::to_lines(look(command)));
    }
    return 0;
  } catch (const std::exception&) {
    return 1;  // those who ask find the socket closed, and say so
  }
}

// Ctrl-C is for those who prompt, and SIGPIPE is an answer that nobody reads.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, nullptr);
}

// Terminal and pipes must see their end when the command ends, so none is held open here.
void keep_only(int socket) {
  ::dup2(socket, STDIN_FILENO);
  ::close_range(STDIN_FILENO + 1, ~0U, 0);
}

}  // namespace

UniqueFd start_observer() {
  SocketPair pair = seqpacket_pair();
  const pid_t command = ::getpid();
  Child observer = clone3({}, [&] {
    block_signals();
    set_parent_death_signal(SIGKILL);
    keep_only(pair.second.get());
    return serve(STDIN_FILENO, command);
  });
  observer.release();
  return std::move(pair.first);
}

trace::Views observe(int observer) noexcept {
  const trace::Aside aside;
  try {
    Pipe answer = pipe();
    send_message(observer, "?", {answer.write.get()});
    answer.write.reset();
    return trace::from_lines(read_to_end(answer.read.get()));
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace sys
