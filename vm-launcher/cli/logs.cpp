// `logs`, `console`: what a VM has said, and its serial line. See verbs.h.
#include <fmt/format.h>

#include <csignal>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/sys/terminal.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cli/client.h"
#include "vm-launcher/cli/verbs.h"
#include "vm-launcher/launch/growing_log.h"

namespace vm::cli {

namespace {

constexpr char kEscape = 0x1d;  // Ctrl-]
constexpr int kLookEveryMs = 100;

struct LogOptions {
  std::string name;
  bool serial = false;
  bool follow = false;
};

// The command's output lies there as the frames that the guest sent.
void print_output(protocol::Decoder& decoder, const std::string& bytes) {
  decoder.feed(bytes);
  while (const auto frame = decoder.next())
    sys::write_all(frame->type == protocol::Type::error_output ? 2 : 1, frame->payload);
}

void print_logs(const LogOptions& options) {
  const std::string path =
      fmt::format("{}/{}/{}", run_directory(), options.name, options.serial ? kConsoleLog : kOutputLog);
  protocol::Decoder decoder;
  std::size_t shown = 0;
  while (true) {
    // ORDER: asked before the log is read, so that the last of it is seen.
    const bool active = known_vm(run_directory(), options.name).active();
    const std::string all = GrowingLog::read(path);
    // Its older half was dropped meanwhile.
    if (all.size() < shown) shown = 0;
    const std::string fresh = all.substr(shown);
    shown = all.size();
    if (options.serial) {
      sys::write_all(1, fresh);
    } else {
      print_output(decoder, fresh);
    }
    if (!options.follow || !active) return;
    sys::poll({}, kLookEveryMs);
  }
}

// Until the VM ends, or the user leaves, by the escape key or a signal: the terminal is as before in any case.
void console(const std::string& name) {
  const sys::UniqueFd signals = sys::signal_descriptor({SIGINT, SIGTERM, SIGHUP});
  const sys::UniqueFd control = reach(name);
  sys::write_all(control.get(), "console\n");
  const sys::RawMode raw(0);
  bool typing = true;
  while (true) {
    pollfd entries[] = {{control.get(), POLLIN, 0}, {typing ? 0 : -1, POLLIN, 0}, {signals.get(), POLLIN, 0}};
    sys::poll(entries, -1);
    char buffer[4096];
    if (entries[2].revents != 0) return;
    if (entries[0].revents != 0) {
      const std::size_t count = sys::read(control.get(), buffer);
      if (count == 0) return;
      sys::write_all(1, {buffer, count});
    }
    if (entries[1].revents != 0) {
      const std::string_view typed(buffer, sys::read(0, buffer));
      typing = !typed.empty();
      if (typed.find(kEscape) != std::string_view::npos) return;
      if (typing) sys::write_all(control.get(), typed);
    }
  }
}

}  // namespace

void add_logs(CLI::App& app, Context& context) {
  const auto options = std::make_shared<LogOptions>();
  CLI::App* command = add_verb(
      app, {"logs", "What the command of a detached VM has printed, or its serial console",
            "logs web\nlogs -f web\n"
            "logs --serial web",
            "the supervisor keeps what guest-init sends in output.log, frame by frame, so that the two "
            "streams stay "
            "apart; the serial console is what kernel and guest-init print. Of each, the last 8 to 16 MiB."});
  command->add_option("NAME", options->name, "Of the VM")->required();
  command->add_flag("--serial", options->serial, "The console instead of the command's output");
  command->add_flag("-f,--follow", options->follow, "Go on until the VM ends");
  command->final_callback([options] { print_logs(*options); });
  const auto name = std::make_shared<std::string>();
  CLI::App* serial = add_verb(
      app,
      {"console", "The serial console of a running VM; Ctrl-] leaves", "console web",
       "QEMU's first serial port is a socket of the supervisor, which hands it to everybody who asks. Nobody "
       "reads what is typed unless the command opens /dev/ttyS0."});
  serial->add_option("NAME", *name, "Of the VM")->required();
  serial->final_callback([name, &context] {
    console(*name);
    context.exit_code = 0;
  });
}

}  // namespace vm::cli
