// `run`: every option of Docker's that this engine understands, as a RunRequest. See commands.h.
#include <unistd.h>

#include <cstdlib>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/complaints.h"
#include "mini-container/cli/registry_commands.h"
#include "mini-container/cli/run_options.h"
#include "mini-container/engine/capabilities.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/parse.h"
#include "mini-container/network/ports.h"

namespace cli {

namespace {

constexpr char kExamples[] = R"(run --rm busybox echo ok
run -it --rm busybox sh
run -d --name web -p 8080:80 busybox httpd -f -p 80
run --rm -v "$PWD":/here:ro -w /here busybox ls
run --rm --memory 64m --cpus 0.5 --pids-limit 32 busybox sh -c 'nproc; free'
run --rm --cap-drop ALL --read-only --security-opt no-new-privileges busybox id
run --rm --runtime crun busybox true
run --rm --step --explain busybox true)";
constexpr char kBehind[] =
    "overlayfs stacks the image's layers, an OCI runtime makes namespaces, control groups and a process, a "
    "veth pair "
    "connects it; --explain shows each call.";
constexpr int kEngineFailed = 125;

// The options that `run` and `create` share, and the words after them.
std::shared_ptr<RunOptions> add_making_options(CLI::App* command, Context& context) {
  // What follows the image belongs to the command, also what looks like an option.
  command->prefix_command();
  // As Docker: -h is the host's name here.
  command->set_help_flag("--help", "Print this help message and exit");
  auto options = std::make_shared<RunOptions>();
  options->command = command;
  add_run_options(*command, *options, context);
  return options;
}

engine::RunRequest request_of(const RunOptions& options, Context& context) {
  require_words(*options.command, 1);
  context.failure_code = kEngineFailed;
  const std::string verb = options.command->get_name();
  const auto words = options.command->remaining();
  context.engine();
  if (!context.why_not_root.empty()) {
    throw std::runtime_error(
        verb + ": " + context.why_not_root +
        ". Next: the same with sudo, or the same image as a virtual machine: vm-launcher run");
  }
  engine::RunRequest request = finish_options(options);
  request.settings.image = words.front();
  request.settings.args.assign(words.begin() + 1, words.end());
  return request;
}

void add_create(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"create", "Make a container that `start` starts: create [OPTIONS] IMAGE [COMMAND] [ARG...]",
            "create --name web -p 8080:80 busybox httpd -f -p 80\ncreate -it --name shell busybox sh",
            "a directory with a record, and a name; nothing of it is in the kernel before `start`."});
  const auto options = add_making_options(command, context);
  command->callback([options, &context] {
    engine::RunRequest request = request_of(*options, context);
    // As Docker: 125 is for words that make no sense.
    context.failure_code = 1;
    request.image = image_as_asked(context, options->pull, request.settings.image, options->platform);
    print(context.engine().create(request) + "\n");
  });
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  CLI::App* run =
      add_verb(app, {"run", "Run a command in a new container: run [OPTIONS] IMAGE [COMMAND] [ARG...]",
                     kExamples, kBehind});
  const auto options = add_making_options(run, context);
  run->add_flag("-d,--detach", options->request.detach, "Leave it running in the background, print its id");
  add_attach_options(*run, options->request.attach);
  run->callback([options, &context] {
    engine::RunRequest request = request_of(*options, context);
    request.image = image_as_asked(context, options->pull, request.settings.image, options->platform);
    const engine::UserEnds user = {request.settings.open_stdin ? STDIN_FILENO : -1, STDOUT_FILENO,
                                   STDERR_FILENO};
    std::string id;
    context.exit_code = context.engine().run(request, user, id);
    if (request.detach) print(id + "\n");
  });
  add_create(app, context);
}

}  // namespace cli
