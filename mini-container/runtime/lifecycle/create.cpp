// `create` and `start`: the two halves of a start that an engine puts its own work between.
#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/socket.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "mini-container/runtime/lifecycle/late_hooks.h"
#include "mini-container/runtime/spec/parse.h"
#include "mini-container/runtime/sync/protocol.h"

namespace lifecycle {

namespace {

sys::UniqueFd connect_to_gate(const StateDir& directory) {
  const sys::UniqueFd folder = sys::open(directory.path(), O_PATH | O_DIRECTORY);
  return sys::connect_unix(sys::fd_path(folder.get()) + "/start");
}

// A start that fails on its way is never half a start: the first process ends, and is gone when the error is told.
class EndUnlessStarted {
 public:
  explicit EndUnlessStarted(const Container& container) : container_(container) {}
  EndUnlessStarted(const EndUnlessStarted&) = delete;
  EndUnlessStarted& operator=(const EndUnlessStarted&) = delete;
  ~EndUnlessStarted() {
    if (started_) return;
    try {
      kill_first_process(container_);
    } catch (const std::exception& error) {
      trace::note(error.what());
    }
  }
  void started() { started_ = true; }

 private:
  const Container& container_;
  bool started_ = false;
};

}  // namespace

void create(const LaunchOptions& options) {
  const Signals signals;
  const sys::UniqueFd console =
      options.console_socket.empty() ? sys::UniqueFd() : sys::connect_unix(options.console_socket);
  Launched made = launch(options, Gate::socket, console.get(), signals);
  // ORDER: the last step that may fail, and then all is taken back. A runtime that is killed before it leaves a child
  // that reads an end of file and ends.
  protocol::say(made.line.get(), protocol::Word::kept);
  made.keep();
}

void start(const std::string& root, const std::string& id) {
  StateDir directory = StateDir::open(root, id);
  // ORDER: after the lock, so that waiting for it can be interrupted.
  const Signals signals;
  const Container container = find_container(root, id);
  if (container.status != spec::Status::created) {
    throw std::runtime_error(
        fmt::format("cannot start container \"{}\": it is {}, not created", id, name_of(container.status)));
  }
  // ORDER: read before, so that nothing can fail once the program runs.
  const spec::Config config = spec::parse_config(sys::read_file(directory.file("config.json")));
  const trace::Phase phase("start",
                           "the process that waits at the gate goes on to become the user's program");
  const sys::UniqueFd line = connect_to_gate(directory);
  EndUnlessStarted whole(container);
  sys::unlink_if_present(directory.gate());
  start_over(line.get(), signals);
  whole.started();
  run_late_hooks(config.hooks.poststart, "hooks.poststart", container.state, spec::Status::running);
}

}  // namespace lifecycle
