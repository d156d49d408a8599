// `cp`, `diff`, `export`, `commit`: a container's files. See commands.h.
#include <fmt/format.h>
#include <unistd.h>

#include "base/sys/terminal.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/image_commands.h"
#include "mini-container/engine/container_files.h"
#include "mini-container/engine/copy.h"

namespace cli {

namespace {

constexpr const char* kWhichContainer = "Name, id, or the first digits of an id";

void add_copy(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app,
      {"cp", "Copy files from a container, or into it",
       "cp web:/etc/passwd .\ncp page.html web:/var/www/\ncp web:/var/log/. logs\ncp web:/etc - | tar -t\n"
       "cp - web:/tmp < files.tar",
       "Paths of the container are opened with openat2(2) and RESOLVE_IN_ROOT beneath /proc/PID/root, or "
       "beneath "
       "its layers mounted anew once it has ended: no link in there leads to the host's files."});
  struct Options {
    std::string source, destination;
    engine::CopyOptions copy;
    bool quiet = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("SOURCE", options->source, "CONTAINER:PATH, a path, or - for a tar on standard input")
      ->required();
  command
      ->add_option("DESTINATION", options->destination,
                   "CONTAINER:PATH, a path, or - for a tar on standard output")
      ->required();
  command->add_flag("-a,--archive", options->copy.archive,
                    "Owners as they are, instead of root or the caller");
  command->add_flag("-L,--follow-link", options->copy.follow,
                    "The file that a link SOURCE leads to, not the link");
  command->add_flag("-q,--quiet", options->quiet, "Accepted as Docker's: there is no progress to suppress");
  command->callback([options, &context] {
    const auto source = text::parse_copy_end(options->source),
               destination = text::parse_copy_end(options->destination);
    if (destination.stream() && sys::isatty(STDOUT_FILENO))
      throw std::invalid_argument("a tar on a terminal helps nobody. Next: a file or a pipe");
    engine::copy(context.engine(), source, destination, options->copy);
  });
}

void add_diff(CLI::App& app, Context& context) {
  CLI::App* command =
      add_verb(app, {"diff", "What a container has changed in its files", "diff web",
                     "A: added, C: changed, D: removed. Read off the overlay's upper directory: a changed "
                     "file was copied up into it, a removed one left a whiteout, the character device 0:0."});
  const auto name = std::make_shared<std::string>();
  command->add_option("CONTAINER", *name, kWhichContainer)->required();
  command->callback([name, &context] {
    engine::Engine& engine = context.engine();
    std::string text;
    for (const image::Change& change :
         engine::changes(engine.registry(), engine.images(), engine.registry().get(*name)))
      text += fmt::format("{} {}\n", change.kind, change.path);
    print(text);
  });
}

void add_export(CLI::App& app, Context& context) {
  CLI::App* command =
      add_verb(app, {"export", "The files of a container as one tar",
                     "export -o web.tar web\n"
                     "export web | mini-container import - flat",
                     "Layers and upper directory merged, without layers, history or configuration, and "
                     "without volumes. An image with all of these: mini-container save."});
  struct Options {
    std::string name;
    std::string output = "-";
  };
  const auto options = std::make_shared<Options>();
  command->add_option("CONTAINER", options->name, kWhichContainer)->required();
  command->add_option("-o,--output", options->output, "File (default: standard output)");
  command->callback([options, &context] {
    engine::Engine& engine = context.engine();
    const engine::Container container = engine.registry().get(options->name);
    engine::export_files(engine.registry(), engine.images(), container, tar_output(options->output).get());
    engine.registry().journal().add(container, "export");
  });
}

void add_commit(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(app, {"commit", "Make an image of a container's changes",
                                     "commit -m 'with curl' -a 'A Student' box mybox:1\n"
                                     "commit -c 'CMD [\"httpd\", \"-f\"]' -c 'EXPOSE 80' box web",
                                     "The upper directory becomes one more layer above the image's own, "
                                     "which are shared, not copied. Volumes are no part of it."});
  struct Options {
    std::string container;
    engine::CommitRequest request;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("CONTAINER", options->container, kWhichContainer)->required();
  command->add_option("REPOSITORY[:TAG]", options->request.name, "The new image's name; none without");
  command->add_option("-m,--message", options->request.message, "A comment, for `history`");
  command->add_option("-a,--author", options->request.author, "Who made it");
  command
      ->add_option("-c,--change", options->request.changes,
                   "An instruction of a Dockerfile, such as 'ENV A=1'")
      ->allow_extra_args(false);
  command->add_flag("-p,--pause", options->request.pause,
                    "Hold it still meanwhile (default; --pause=false does not)");
  command->callback([options, &context] {
    engine::Engine& engine = context.engine();
    const engine::Container container = engine.registry().get(options->container);
    const std::string id = engine::commit(engine, container, options->request).id;
    engine.registry().journal().add(container, "commit",
                                    {{"imageID", id}, {"imageRef", options->request.name}});
    print(id + "\n");
  });
}

}  // namespace

void add_container_files(CLI::App& app, Context& context) {
  add_copy(app, context);
  add_diff(app, context);
  add_export(app, context);
  add_commit(app, context);
}

}  // namespace cli
