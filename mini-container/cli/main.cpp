// mini-container: Docker's verbs without a daemon.
//
// Exit codes are Docker's: the container's own, 125 the engine failed, 126 the command cannot be run, 127 it is
// not there, 128 + n it was ended by signal n; other verbs end with 1 when they fail.
#include <cstdio>
#include <exception>

#include "base/completion/completion.h"
#include "base/sys/console.h"
#include "base/sys/file.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/complaints.h"
#include "mini-container/cli/registry_commands.h"

namespace {

constexpr int kEngineFailed = 125;
constexpr char kExamples[] = R"(
Examples:
  mini-container run --rm busybox echo hello
  mini-container run -it --rm busybox sh
  mini-container run -d --name web -p 8080:80 busybox httpd -f -p 80
  mini-container logs -f web
  mini-container exec -it web sh
  mini-container rm -f web
  mini-container run --rm --step --explain busybox true     what the kernel does, step by step
  mini-container doctor                                     what this host can do
)";

// Names without tags: a shell breaks words at colons.
constexpr const char* kImages = "mini-container images --format '{{.Repository}}'";
constexpr const char* kNetworks = "mini-container network ls --format '{{.Name}}'";
const completion::Program kCompletion = {"mini-container",
                                         "mini-container ps -aq",
                                         {{"run", kImages},
                                          {"create", kImages},
                                          {"rmi", kImages},
                                          {"tag", kImages},
                                          {"pull", kImages},
                                          {"push", kImages},
                                          {"history", kImages},
                                          {"save", kImages},
                                          {"image", kImages},
                                          {"network", kNetworks},
                                          {"volume", "mini-container volume ls -q"}}};

int run(cli::Context& context, int count, char** arguments) {
  CLI::App app("mini-container: containers as Docker runs them, made to be read.", "mini-container");
  app.add_option(
         "--root", context.root,
         "Keep images, containers and state below this directory (default /var/lib/mini-container and "
         "/run/mini-container)")
      ->envname("MINI_CONTAINER_ROOT");
  app.set_version_flag("-v,-V,--version", "mini-container 0.1.0");
  app.footer(kExamples);
  app.require_subcommand(1);
  cli::add_containers(app, context);
  cli::add_images(app, context);
  cli::add_networks(app, context);
  cli::add_registry(app, context);
  cli::add_volumes(app, context);
  cli::add_finish(app, context);
  cli::add_exec_ended(app, context);
  cli::add_probe(app, context);
  cli::add_prune(app, context);
  cli::add_system(app, context);
  cli::add_system_group(app, context);
  cli::add_help(app);
  completion::add_verb(app, kCompletion);
  app.parse_complete_callback([&context] {
    if (!context.root.empty() && context.root.front() != '/') {
      context.root = sys::getcwd() + "/" + context.root;
    }
  });
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return cli::complain_of(app, error);
  }
  return context.exit_code;
}

}  // namespace

int main(int count, char** arguments) {
  cli::Context context;
  try {
    return run(context, count, arguments);
  } catch (const engine::RuntimeFailed& error) {
    sys::complain("mini-container", error.what());
    return error.exit_code() == kEngineFailed ? context.failure_code : error.exit_code();
  } catch (const std::exception& error) {
    sys::complain("mini-container", error.what());
    return context.failure_code;
  }
}
