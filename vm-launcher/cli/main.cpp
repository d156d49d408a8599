// vm-launcher: virtual machines with the image, the command and the habits of a container. One function a verb, in
// verbs.h; this file only reads the command line. Reads: docs/decisions/0010-embedded-libvirt.md.
//
// Exit codes are Docker's: the command's own, 125 vm-launcher itself failed, 126 the command cannot be run, 127 it is not
// there, 128 + n it was ended by signal n; other verbs end with 1 when they fail.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/completion/completion.h"
#include "base/sys/process.h"
#include "vm-launcher/cli/verbs.h"

namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  vm-launcher run busybox -- uname -a\n"
    "  vm-launcher run -it busybox -- sh\n"
    "  vm-launcher run -d --name web -p 8080:80 busybox -- httpd -f -p 80\n"
    "  vm-launcher exec web -- ps\n"
    "  vm-launcher cp web:/etc/passwd .\n"
    "  vm-launcher console web           (Ctrl-] leaves)\n"
    "  vm-launcher inspect --qemu web\n"
    "  vm-launcher rm -f web\n"
    "  vm-launcher doctor\n";

constexpr const char* kImages = "mini-container images -q";
const completion::Program kCompletion = {
    "vm-launcher", "vm-launcher ls -aq", {{"run", kImages}, {"create", kImages}}};

// WHY by hand: CLI11 gives what follows "--" in a subcommand to the main program.
std::vector<std::string> cut_at_dashes(std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return {};
  std::vector<std::string> after(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return after;
}

void dispatch(int argc, char** argv, vm::cli::Context& context) {
  CLI::App app("vm-launcher: virtual machines as easy as containers", "vm-launcher");
  app.footer(kExamples);
  app.require_subcommand(1);
  vm::cli::add_run(app, context);
  vm::cli::add_exec(app, context);
  vm::cli::add_lifecycle(app, context);
  vm::cli::add_snapshot(app);
  vm::cli::add_lists(app, context);
  vm::cli::add_usage(app, context);
  vm::cli::add_logs(app, context);
  vm::cli::add_copy(app, context);
  vm::cli::add_boot(app, context);
  vm::cli::add_doctor(app, context);
  vm::cli::add_supervise(app, context);
  vm::cli::add_serve_folder(app);
  completion::add_verb(app, kCompletion);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  context.command = cut_at_dashes(arguments);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    context.exit_code = app.exit(error) == 0 ? 0 : 125;
  }
}

}  // namespace

int main(int argc, char** argv) {
  vm::Timeline timeline;
  trace::set_role(trace::Role::launcher);
  vm::cli::Context context{timeline};
  try {
    dispatch(argc, argv, context);
  } catch (const std::exception& error) {
    vm::say(error.what());
    context.exit_code = context.failure_code;
  }
  // WHY: libvirt's threads may still run (see launch/run.cpp); destructors of globals would pull data from under them.
  std::fflush(nullptr);
  sys::exit_now(context.exit_code);
}
