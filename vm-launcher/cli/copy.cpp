// `cp`: files from a VM and into it. See verbs.h.
//
// A child of this process packs or unpacks the host's side as a tar, guest-init the guest's, and the agent's streams are
// between them. What a guest packs is unpacked beneath the target only (files/unpack.h).
#include <fmt/format.h>

#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/sys/terminal.h"
#include "base/text/copy_plan.h"
#include "vm-launcher/cli/client.h"
#include "vm-launcher/cli/verbs.h"
#include "vm-launcher/files/pack.h"
#include "vm-launcher/files/unpack.h"

namespace vm::cli {

namespace {

using text::CopyEnd;
using text::Found;

// A path of the guest, from its root, as Docker reads it; without a "/" or "/." at its end, for who wants its parent.
std::string in_guest(const CopyEnd& end) {
  return "/" + end.path;
}

std::string without_end(std::string path) {
  while (path.size() > 1 && (path.ends_with('/') || path.ends_with("/.")))
    path.pop_back();
  return path;
}

std::string parent_of(const std::string& path) {
  const std::string whole = without_end(path);
  const std::size_t slash = whole.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : whole.substr(0, slash);
}

Found found_in_guest(const CopyEnd& end) {
  const std::string kind = tool_output(end.holder, "stat", {in_guest(end)});
  return {kind != "missing", kind == "directory"};
}

Found found_here(const std::string& path) {
  const auto status = sys::stat_if_present(path);
  return {status.has_value(), status && S_ISDIR(status->st_mode)};
}

// Work on the host's files while this process converses with the guest.
sys::Child beside(const std::function<void()>& work) {
  return sys::clone3({}, [&] {
    try {
      work();
      return 0;
    } catch (const std::exception& error) {
      say(error.what());
      return 1;
    }
  });
}

void check(sys::Child& child, const std::string& what) {
  if (child.wait().shell_code() != 0) throw std::runtime_error(what);
}

struct Target {
  std::string directory;
  std::string as;
  bool make = false;
};

Target target_of(const CopyEnd& source, const Found& from, const CopyEnd& destination, const Found& to,
                 const std::string& path) {
  if (!from.exists) throw std::runtime_error(fmt::format("{}: no such file or directory", source.path));
  const text::CopyPlan plan =
      text::plan_copy(text::end_of(source.path), from, text::end_of(destination.path), to);
  return {plan.into ? without_end(path) : parent_of(path), plan.as, plan.make_directory};
}

void copy_in(const CopyEnd& source, const CopyEnd& destination, bool owners) {
  const std::string& name = destination.holder;
  std::string directory = in_guest(destination);
  int input = 0;
  sys::Pipe pipe;
  sys::Child packer;
  if (!source.stream()) {
    const Target target = target_of(source, found_here(source.path), destination, found_in_guest(destination),
                                    in_guest(destination));
    directory = target.directory;
    if (target.make) use_tool(name, "make", {directory}, {});
    pipe = sys::pipe();
    packer = beside([&] {
      pipe.read.reset();
      pack(without_end(source.path), target.as, pipe.write.get());
    });
    pipe.write.reset();
    input = pipe.read.get();
  }
  use_tool(name, "unpack", {directory, owners || source.stream() ? "owners" : "root"}, {.input = input});
  if (packer) check(packer, fmt::format("{} could not be read whole", source.path));
}

void copy_out(const CopyEnd& source, const CopyEnd& destination) {
  const std::string& name = source.holder;
  const std::string path = without_end(in_guest(source));
  if (destination.stream()) {
    const text::PathEnd end = text::end_of(source.path);
    return use_tool(name, "pack", {path, end.content ? "." : end.name}, {.output = 1});
  }
  const Target target =
      target_of(source, found_in_guest(source), destination, found_here(destination.path), destination.path);
  if (target.make) sys::mkdir(target.directory);
  sys::Pipe pipe = sys::pipe();
  sys::Child unpacker = beside([&] {
    pipe.write.reset();
    unpack(pipe.read.get(), target.directory, {});
  });
  pipe.read.reset();
  use_tool(name, "pack", {path, target.as}, {.output = pipe.write.get()});
  pipe.write.reset();
  check(unpacker, fmt::format("{}:{} could not be copied whole", name, source.path));
}

void copy(const std::string& from, const std::string& to, bool owners) {
  const CopyEnd source = text::parse_copy_end(from), destination = text::parse_copy_end(to);
  if (source.holder.empty() == destination.holder.empty()) {
    throw std::invalid_argument(
        "one of the two must be in a VM, and only one. Next: cp NAME:PATH PATH, or the other way round");
  }
  if (destination.stream() && sys::isatty(1))
    throw std::invalid_argument("a tar on a terminal helps nobody. Next: a file or a pipe");
  if (source.holder.empty()) return copy_in(source, destination, owners);
  copy_out(source, destination);
}

}  // namespace

void add_copy(CLI::App& app, Context& context) {
  struct Options {
    std::string source, destination;
    bool owners = false;
  };
  CLI::App* command = add_verb(app, {"cp", "Copy files from a VM, or into it",
                                     "cp web:/etc/os-release .\ncp page.html web:/var/www/\ncp "
                                     "web:/var/log/. logs\ncp web:/etc - | tar -t\n"
                                     "cp - web:/tmp < files.tar",
                                     "a tar travels over the agent's line: guest-init packs or unpacks it at "
                                     "one end, this process at the other. "
                                     "What comes out of a guest is made by name in directories opened "
                                     "beneath the target, no link is followed, "
                                     "and no set-user-id bit survives."});
  const auto options = std::make_shared<Options>();
  command->add_option("SOURCE", options->source, "NAME:PATH, a path, or - for a tar on standard input")
      ->required();
  command
      ->add_option("DESTINATION", options->destination,
                   "NAME:PATH, a path, or - for a tar on standard output")
      ->required();
  command->add_flag("-a,--archive", options->owners, "Into a VM: owners as they are, instead of root");
  command->final_callback([options, &context] {
    copy(options->source, options->destination, options->owners);
    context.exit_code = 0;
  });
}

}  // namespace vm::cli
