// See console.h.
#include "base/sys/console.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/sys/file.h"
#include "base/sys/observer.h"
#include "base/sys/terminal.h"
#include "base/trace/jsonl_sink.h"
#include "base/trace/step_sink.h"
#include "base/trace/text_sink.h"

namespace sys {

namespace {

constexpr char kVariable[] = "ISOLAB_TRACE";

// Descriptors of this process; -1 for none.
struct Outputs {
  int explain = -1;
  int step = -1;    // the prompts are answered here
  int prompt = -1;  // and written here: the same terminal, or standard error when there is none
  int look = -1;    // and this asks the observer what host and container look like
  int file = -1;
};
Outputs outputs;

// The terminal of a demonstration. It reads and writes one descriptor, byte by byte, so that nothing typed
// ahead is lost to a buffer of one process when the next prompt belongs to another.
class Terminal : public trace::StepConsole {
 public:
  Terminal(int input, int output, int observer) : input_(input), output_(output), observer_(observer) {
    // ORDER: blocked first, so that Ctrl-C is kept for the next prompt, wherever this process is.
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    ::sigprocmask(SIG_BLOCK, &interrupt, nullptr);
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGINT, &action, nullptr);
  }

  // Runtime and container go on side by side; whoever prompts holds the terminal until it is answered.
  void take_turn() noexcept override { lock(F_WRLCK); }
  void end_turn() noexcept override { lock(F_UNLCK); }

  void print(std::string_view text) noexcept override {
    [[maybe_unused]] const auto written = ::write(output_, text.data(), text.size());
  }

  bool wait_for_enter() noexcept override {
    bool go_on = true;
    char character = 0;
    while (go_on && character != '\n') {
      go_on = wait_for_byte() && ::read(input_, &character, 1) == 1 && character != 'q';
    }
    return go_on;
  }

  trace::Views look() noexcept override { return observe(observer_); }

 private:
  // False at Ctrl-C. WHY: ppoll(2) unblocks the signal and waits in one; a Ctrl-C between two calls would be lost,
  // and the wait would last for ever.
  bool wait_for_byte() const noexcept {
    sigset_t open;
    ::sigprocmask(SIG_BLOCK, nullptr, &open);
    sigdelset(&open, SIGINT);
    pollfd typed{input_, POLLIN, 0};
    return ::ppoll(&typed, 1, nullptr, &open) == 1;
  }

  // A record lock: owned by a process, not by the descriptor that all of them inherited.
  void lock(short kind) const noexcept {
    struct flock record {};
    record.l_type = kind;
    while (::fcntl(output_, F_SETLKW, &record) < 0 && errno == EINTR) {
    }
  }

  int input_;
  int output_;
  int observer_;
};

int number_of(std::string_view text) {
  int value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Outputs inherited() {
  Outputs found;
  const char* value = std::getenv(kVariable);
  std::string_view rest = value == nullptr ? "" : value;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    const size_t equals = item.find('=');
    if (equals == std::string_view::npos) continue;
    const int fd = number_of(item.substr(equals + 1));
    // A stale number must not make the trace write into some other file of this process.
    if (fd < 3 || ::fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) continue;
    if (item.starts_with("explain=")) found.explain = fd;
    if (item.starts_with("step=")) found.step = fd;
    if (item.starts_with("prompt=")) found.prompt = fd;
    if (item.starts_with("look=")) found.look = fd;
    if (item.starts_with("trace=")) found.file = fd;
  }
  return found;
}

Outputs opened(const TraceRequest& request) {
  Outputs found;
  if (request.explain) found.explain = dup(STDERR_FILENO).release();
  if (request.step) {
    // Without a controlling terminal (a test, a pipe) standard input answers the prompts.
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    found.step = terminal >= 0 ? terminal : dup(STDIN_FILENO).release();
    found.prompt = dup(terminal >= 0 ? terminal : STDERR_FILENO).release();
    found.look = start_observer().release();
  }
  if (!request.file.empty()) found.file = open(request.file, O_WRONLY | O_CREAT | O_APPEND, 0644).release();
  return found;
}

}  // namespace

void start_tracing(const TraceRequest& request) {
  const bool asked = request.explain || request.step || !request.file.empty();
  outputs = asked ? opened(request) : inherited();
  std::vector<std::unique_ptr<trace::Sink>> sinks;
  if (outputs.explain >= 0) {
    const bool colour = isatty(outputs.explain) && std::getenv("NO_COLOR") == nullptr;
    sinks.push_back(std::make_unique<trace::TextSink>(::fdopen(outputs.explain, "w"), colour));
  }
  if (outputs.file >= 0) sinks.push_back(std::make_unique<trace::JsonlSink>(::fdopen(outputs.file, "a")));
  if (outputs.step >= 0 && outputs.prompt >= 0) {
    sinks.push_back(std::make_unique<trace::StepSink>(
        std::make_unique<Terminal>(outputs.step, outputs.prompt, outputs.look)));
  }
  if (!sinks.empty()) trace::install(std::make_unique<trace::Tee>(std::move(sinks)));
}

void stop_tracing() {
  trace::silence();
  for (int* fd : {&outputs.explain, &outputs.step, &outputs.prompt, &outputs.look, &outputs.file}) {
    UniqueFd(std::exchange(*fd, -1)).reset();
  }
}

TraceInheritance trace_inheritance() {
  TraceInheritance result;
  std::string value;
  const auto add = [&](const char* name, int fd) {
    if (fd < 0) return;
    result.descriptors.push_back(fd);
    value += fmt::format("{}{}={}", value.empty() ? "" : ",", name, fd);
  };
  add("explain", outputs.explain);
  add("step", outputs.step);
  add("prompt", outputs.prompt);
  add("look", outputs.look);
  add("trace", outputs.file);
  if (!value.empty()) result.environment.push_back(fmt::format("{}={}", kVariable, value));
  return result;
}

void complain(std::string_view program, std::string_view message) noexcept {
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(program.size()), program.data(),
               static_cast<int>(message.size()), message.data());
}

}  // namespace sys
