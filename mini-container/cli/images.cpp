// `image import|inspect|export|ls|rm`, and Docker's short forms `import`, `images`, `rmi`. See commands.h.
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>

#include "base/sys/terminal.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/listing.h"
#include "mini-container/image/image.h"

namespace cli {

namespace {

std::string size_text(std::uint64_t bytes) {
  const double megabytes = static_cast<double>(bytes) / 1e6;
  if (megabytes < 1) return fmt::format("{:.1f}kB", static_cast<double>(bytes) / 1e3);
  return megabytes < 1000 ? fmt::format("{:.1f}MB", megabytes) : fmt::format("{:.2f}GB", megabytes / 1000);
}

std::string images_text(const std::vector<image::Image>& images, bool quiet) {
  const std::int64_t now = std::time(nullptr);
  std::vector<std::vector<std::string>> rows = {{"REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"}};
  std::string ids;
  for (const image::Image& one : images) {
    ids += image::short_id(one) + "\n";
    std::vector<std::string> names = one.names;
    if (names.empty()) names.emplace_back("<none>:<none>");
    for (const std::string& name : names) {
      const std::size_t colon = name.rfind(':');
      rows.push_back({name.substr(0, colon), name.substr(colon + 1), image::short_id(one),
                      image::age(one.created, now), size_text(one.size)});
    }
  }
  return quiet ? ids : table(rows);
}

constexpr const char* kWhichImage = "name[:tag], digest, or the first digits of an id";

CLI::App* add_verb(CLI::App& app, const std::string& name, const std::string& what,
                   const std::string& examples) {
  CLI::App* command = app.add_subcommand(name, what);
  command->footer("\nExamples:\n" + examples);
  return command;
}

// What goes into a tar or comes out of one; "-" is standard input or output.
struct TarOptions {
  std::string image;
  std::string tar = "-";
};

void add_list(CLI::App& app, Context& context, const char* name) {
  CLI::App* command =
      add_verb(app, name, "List images", "  mini-container images\n  mini-container images -q\n");
  const auto quiet = std::make_shared<bool>(false);
  command->add_flag("-q,--quiet", *quiet, "Only ids");
  command->callback([quiet, &context] { print(images_text(context.engine().images().list(), *quiet)); });
}

void add_import(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, "import", "Make an image of a tar with a root file system",
      "  mini-container image import rootfs.tar.gz mydebian:12\n"
      "  debootstrap --variant=minbase bookworm root && tar -C root -c . | mini-container import - debian\n");
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
    print(context.engine().images().import_tar(file.get(), name, import).id + "\n");
  });
}

void add_inspect(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(app, "inspect", "Everything known about an image, as JSON",
                               "  mini-container image inspect busybox\n");
  const auto names = std::make_shared<std::vector<std::string>>();
  command->add_option("IMAGE", *names, kWhichImage)->required();
  command->callback([names, &context] {
    std::string text;
    for (const std::string& name : *names) {
      text += (text.empty() ? "" : ",\n") + image::inspect_json(context.engine().find_image(name));
    }
    print("[" + text + "]\n");
  });
}

void add_export(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(app, "export", "The root file system of an image as one tar",
                               "  mini-container image export busybox -o busybox.tar\n"
                               "  mini-container image export busybox | tar -t\n");
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

// An image that a container was made of stays, unless the user insists: `start` would miss it.
void refuse_if_used(Context& context, const image::Image& found) {
  for (const engine::Container& container : context.engine().registry().list()) {
    if (container.image_id == found.id) {
      throw std::runtime_error(fmt::format("image {} is used by container {}. Next: mini-container rm {}",
                                           image::short_id(found), container.name, container.name));
    }
  }
}

void add_remove(CLI::App& app, Context& context, const char* name) {
  CLI::App* command = add_verb(app, name, "Remove images", "  mini-container rmi mydebian:12\n");
  struct Options {
    std::vector<std::string> names;
    bool force = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("IMAGE", options->names, kWhichImage)->required();
  command->add_flag("-f,--force", options->force, "All names of an image at once");
  command->callback([options, &context] {
    image::Store& store = context.engine().images();
    for (const std::string& text : options->names) {
      refuse_if_used(context, store.get(text));
      const image::Removal removal = store.remove(text, options->force);
      std::string done;
      for (const std::string& one : removal.untagged)
        done += "Untagged: " + one + "\n";
      for (const std::string& one : removal.deleted)
        done += "Deleted: " + one + "\n";
      print(done);
    }
  });
}

}  // namespace

void add_images(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("image", "Images: import, ls, inspect, export, rm");
  group->require_subcommand(1);
  add_import(*group, context);
  add_list(*group, context, "ls");
  add_inspect(*group, context);
  add_export(*group, context);
  add_remove(*group, context, "rm");
  add_list(app, context, "images");
  add_import(app, context);
  add_remove(app, context, "rmi");
}

}  // namespace cli
