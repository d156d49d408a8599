// `import`, `image export`: an image as the tar of one root file system. See image_commands.h.
#include <unistd.h>

#include "base/sys/terminal.h"
#include "mini-container/cli/image_commands.h"

namespace cli {

namespace {

// What goes into a tar or comes out of one; "-" is standard input or output.
struct TarOptions {
  std::string image;
  std::string tar = "-";
};

}  // namespace

void add_image_import(CLI::App& app, Context& context) {
  CLI::App* command = add_image_verb(
      app, "import", "Make an image of a tar with a root file system",
      "  mini-container image import rootfs.tar.gz mydebian:12\n"
      "  debootstrap --variant=minbase bookworm root && tar -C root -c . | mini-container import - debian\n",
      "Each entry is made beneath one directory with openat2(2) and RESOLVE_IN_ROOT, so that no name or link "
      "of the\n"
      "archive leads out of it; the directory becomes the one layer.");
  const auto options = std::make_shared<TarOptions>();
  command->add_option("TAR", options->tar, "File (plain, gzip, zstd, xz, bzip2), or - for standard input")
      ->required();
  command->add_option("NAME", options->image, "name[:tag]")->required();
  command->callback([options, &context] {
    const image::Reference name = image::parse_reference(options->image);
    const sys::UniqueFd file =
        options->tar == "-" ? sys::dup(STDIN_FILENO) : sys::open(options->tar, O_RDONLY);
    image::ImportOptions import;
    import.config.cmd = {"/bin/sh"};
    import.comment = "Imported from " + options->tar;
    print(context.engine().images().import_tar(file.get(), name, import).id + "\n");
  });
}

void add_image_export(CLI::App& app, Context& context) {
  CLI::App* command = add_image_verb(app, "export", "The root file system of an image as one tar",
                                     "  mini-container image export busybox -o busybox.tar\n"
                                     "  mini-container image export busybox | tar -t\n",
                                     "All layers mounted as one read-only overlay, and that tree as a tar.");
  const auto options = std::make_shared<TarOptions>();
  command->add_option("IMAGE", options->image, kWhichImage)->required();
  command->add_option("-o,--output", options->tar, "File (default: standard output)");
  command->callback([options, &context] {
    const image::Image found = context.engine().find_image(options->image);
    const bool to_stdout = options->tar == "-";
    if (to_stdout && sys::isatty(STDOUT_FILENO)) {
      throw std::invalid_argument("a tar on a terminal helps nobody. Next: -o FILE, or a pipe");
    }
    const sys::UniqueFd file =
        to_stdout ? sys::dup(STDOUT_FILENO) : sys::open(options->tar, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    context.engine().images().export_rootfs(found, file.get());
  });
}

void add_images(CLI::App& app, Context& context) {
  CLI::App* group =
      app.add_subcommand("image", "Images: ls, inspect, history, tag, rm, prune, import, export");
  group->require_subcommand(1);
  add_image_list(*group, context, "ls");
  add_image_inspect(*group, context);
  add_image_history(*group, context);
  add_image_tag(*group, context);
  add_image_remove(*group, context, "rm");
  add_image_prune(*group, context);
  add_image_import(*group, context);
  add_image_export(*group, context);
  add_image_list(app, context, "images");
  add_image_history(app, context);
  add_image_tag(app, context);
  add_image_remove(app, context, "rmi");
  add_image_import(app, context);
}

CLI::App* add_image_verb(CLI::App& app, const std::string& name, const std::string& what,
                         const std::string& examples, const std::string& behind) {
  CLI::App* command = app.add_subcommand(name, what);
  command->footer("\nBehind it:\n" + behind + "\n\nExamples:\n" + examples);
  return command;
}

}  // namespace cli
