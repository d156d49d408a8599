// `pull`, `push` and --pull of `run`: how mini-registry is called. See registry_commands.h.
#include "mini-container/cli/registry_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

#include "base/sys/console.h"
#include "base/sys/process.h"
#include "mini-container/cli/image_commands.h"
#include "mini-container/engine/paths.h"
#include "mini-container/image/manifest.h"
#include "mini-container/image/reference.h"

namespace cli {

namespace {

struct TransferOptions {
  std::string name;
  std::string platform;
  bool quiet = false;
  bool all_tags = false;
  bool insecure = false;
};

constexpr const char* kInsecureHelp =
    "Take any certificate, or plain http; on the loopback http is taken without it";

std::vector<std::string> words_of(const char* verb, Context& context, const TransferOptions& options) {
  std::vector<std::string> words = {verb, "--store", context.paths().store};
  if (options.quiet) words.emplace_back("--quiet");
  if (options.all_tags) words.emplace_back("--all-tags");
  if (options.insecure) words.emplace_back("--insecure");
  if (!options.platform.empty()) words.insert(words.end(), {"--platform", options.platform});
  words.push_back(options.name);
  return words;
}

// Carries it out; one that went well is an event.
int transfer(const char* verb, Context& context, const TransferOptions& options, int output) {
  const engine::Journal journal = context.engine().registry().journal();
  const int code = run_registry(words_of(verb, context, options), "", output);
  if (code != 0) return code;
  const image::Reference name = image::parse_reference(options.name);
  journal.add_image(verb, image::to_string(name), image::familiar_name(name));
  return code;
}

void refuse_other_platform(const image::Image& image, const std::string& name, const std::string& platform) {
  if (platform.empty()) return;
  const image::Platform wanted = image::parse_platform(platform);
  if (image.os == wanted.os && image.architecture == wanted.architecture) return;
  throw image::NotFound(
      fmt::format("image with reference {} was found but its platform ({}/{}) does not match the specified "
                  "platform ({}). Next: "
                  "mini-container pull --platform {} {}",
                  name, image.os, image.architecture, platform, platform, name));
}

void add_transfer_options(CLI::App& command, TransferOptions& options, Context& context) {
  command.add_option("NAME", options.name, "[host[:port]/]name[:tag]")->required();
  command.add_flag("-q,--quiet", options.quiet, "Print only the whole name, at the end");
  command.add_flag("-a,--all-tags", options.all_tags, "Every tag of the repository");
  command.add_flag("--insecure", options.insecure, kInsecureHelp);
  command.add_flag("--explain", context.trace.explain,
                   "Tell every request and what it is for on standard error");
  command.add_option("--trace", context.trace.file, "Append the same to FILE, as JSON lines");
}

}  // namespace

int run_registry(const std::vector<std::string>& words, const std::string& input, int output) {
  std::vector<std::string> command = {"mini-registry"};
  command.insert(command.end(), words.begin(), words.end());
  sys::Pipe pipe = sys::pipe();
  sys::SpawnOptions options;
  options.program = engine::sibling_program("mini-registry");
  options.input = pipe.read.get();
  options.output = output;
  const sys::TraceInheritance trace = sys::trace_inheritance();
  options.keep = trace.descriptors;
  options.environment = trace.environment;
  sys::Child child = sys::spawn(command, options);
  pipe.read.reset();
  // It may have ended without reading, and has told why: its exit code is the answer, not a signal.
  const sys::UniqueFd no_pipe_signal = sys::signal_descriptor({SIGPIPE});
  sys::write_if_read(pipe.write.get(), input);
  pipe.write.reset();
  return child.wait().shell_code();
}

image::Image image_as_asked(Context& context, const std::string& policy, const std::string& name,
                            const std::string& platform) {
  engine::Engine& engine = context.engine();
  if (policy != "always") {
    try {
      image::Image found = engine.find_image(name);
      refuse_other_platform(found, name, platform);
      return found;
    } catch (const image::NotFound&) {
      if (policy == "never") throw;
    }
    sys::write_all(STDERR_FILENO,
                   fmt::format("Unable to find image '{}' locally\n", image::normal_name(name)));
  }
  TransferOptions options;
  options.name = image::normal_name(name);
  options.platform = platform;
  // It has told why.
  if (transfer("pull", context, options, STDERR_FILENO) != 0) throw CLI::RuntimeError(context.failure_code);
  image::Image pulled = engine.images().get(name);
  refuse_other_platform(pulled, name, platform);
  return pulled;
}

void add_image_pull(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(app, {"pull", "Fetch an image from a registry",
                                     "pull host.domain/team/app:1.0\n"
                                     "pull localhost:5000/app\n"
                                     "pull --platform linux/arm64 debian:12\n"
                                     "pull --explain localhost:5000/app",
                                     "A tag means a manifest, and a manifest names configuration and layers "
                                     "by sha256. Each layer streams from "
                                     "the socket through digest and decompression into a directory, several "
                                     "side by side; what an interrupted "
                                     "pull has left of a layer is not fetched again."});
  const auto options = std::make_shared<TransferOptions>();
  add_transfer_options(*command, *options, context);
  command->add_option("--platform", options->platform, "OS/ARCHITECTURE[/VARIANT], if there are several");
  command->callback(
      [options, &context] { context.exit_code = transfer("pull", context, *options, STDOUT_FILENO); });
}

void add_image_push(CLI::App& app, Context& context) {
  CLI::App* command =
      add_verb(app, {"push", "Send an image to the registry in its name",
                     "push host.domain/team/app:1.0\n"
                     "push -a localhost:5000/app\n"
                     "push --explain localhost:5000/app",
                     "Layers are sent as they lie in STORE/oci/blobs, unless the registry has them already, "
                     "here or in another "
                     "repository; the manifest goes last, so that the tag never means half an image."});
  const auto options = std::make_shared<TransferOptions>();
  add_transfer_options(*command, *options, context);
  command->callback(
      [options, &context] { context.exit_code = transfer("push", context, *options, STDOUT_FILENO); });
}

}  // namespace cli
