// mini-runtime: a low-level OCI runtime, what runc and crun are. One of the two places where exceptions end; the
// other is the container's first process (lifecycle/init.cpp).
#include <cerrno>
#include <exception>

#include "base/sys/console.h"
#include "base/sys/own_program.h"
#include "mini-container/runtime/cli/log.h"
#include "mini-container/runtime/cli/options.h"
#include "mini-container/runtime/lifecycle/descriptors.h"
#include "mini-container/runtime/lifecycle/signals.h"
#include "mini-container/runtime/spec/program_error.h"

namespace {

// Docker's meanings: the runtime failed, the program cannot be executed, there is no such program.
constexpr int kRuntimeFailed = 125;
constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;

// Engines tell a container's own exit code from the runtime's failure only for verbs that return the former.
int failure_code(const cli::Options& options) {
  return options.verb == "run" || options.verb == "exec" ? kRuntimeFailed : 1;
}

bool enters_container(const cli::Options& options) {
  return options.verb == "run" || options.verb == "create" || options.verb == "exec";
}

int run(const cli::Options& options, char** arguments) {
  try {
    sys::start_tracing({options.explain, options.step, options.trace});
    if (enters_container(options))
      lifecycle::close_uninvited(options.preserve_fds, options.exec.process_file);
    cli::start_log(options);
    trace::set_role(trace::Role::runtime);
    trace::set_warner([&options](const std::string& text) { cli::report_warning(options, text); });
    if (enters_container(options)) sys::protect_own_program(arguments);
    return cli::act(options);
  } catch (const spec::ProgramError& error) {
    cli::report_failure(options, error.what());
    return error.error() == ENOENT ? kNotFound : kNotExecutable;
  } catch (const lifecycle::Interrupted& interrupted) {
    cli::report_failure(options, interrupted.what());
    return 128 + interrupted.signal();
  } catch (const std::exception& error) {
    cli::report_failure(options, error.what());
    return failure_code(options);
  }
}

}  // namespace

int main(int argc, char** argv) {
  cli::Options options;
  const cli::ParseResult parsed = cli::parse(argc, argv, options);
  return parsed.go_on ? run(options, argv) : parsed.exit_code;
}
