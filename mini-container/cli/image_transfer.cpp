// `import`, `image export`: an image as the tar of one root file system; `load`, `save`: with all its parts. See image_commands.h.
#include <unistd.h>

#include <algorithm>

#include "base/sys/terminal.h"
#include "mini-container/cli/image_commands.h"
#include "mini-container/cli/registry_commands.h"
#include "mini-container/image/instruction.h"

namespace cli {

namespace {

// What goes into a tar or comes out of one; "-" is standard input or output.
struct TarOptions {
  std::string image;
  std::string tar = "-";
};

}  // namespace

void add_image_import(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(app, {"import", "Make an image of a tar with a root file system",
                                     "import rootfs.tar.gz mydebian:12\nimport - debian < root.tar\n"
                                     "import -c 'CMD [\"bash\"]' rootfs.tar debian",
                                     "Each entry is made beneath one directory with openat2(2) and "
                                     "RESOLVE_IN_ROOT, so that no name or link of "
                                     "the archive leads out of it; the directory becomes the one layer."});
  struct Options : TarOptions {
    std::vector<std::string> changes;
    std::string message;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("TAR", options->tar, "File (plain, gzip, zstd, xz, bzip2), or - for standard input")
      ->required();
  command->add_option("NAME", options->image, "name[:tag]; none without");
  command
      ->add_option("-c,--change", options->changes, "An instruction of a Dockerfile, such as 'CMD [\"sh\"]'")
      ->allow_extra_args(false);
  command->add_option("-m,--message", options->message, "A comment, for `history`");
  command->callback([options, &context] {
    std::optional<image::Reference> name;
    if (!options->image.empty()) name = image::parse_reference(options->image);
    image::ImportOptions import;
    for (const std::string& change : options->changes)
      image::apply_instruction(import.config, change);
    import.comment = options->message.empty() ? "Imported from " + options->tar : options->message;
    const sys::UniqueFd file =
        options->tar == "-" ? sys::dup(STDIN_FILENO) : sys::open(options->tar, O_RDONLY);
    const std::string id = context.engine().images().import_tar(file.get(), name, import).id;
    context.engine().registry().journal().add_image("import", id, name ? to_string(*name) : id);
    print(id + "\n");
  });
}

void add_image_export(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(app, {"export", "The root file system of an image as one tar",
                                     "image export busybox -o busybox.tar\n"
                                     "image export busybox | tar -t",
                                     "All layers mounted as one read-only overlay, and that tree as a tar."});
  const auto options = std::make_shared<TarOptions>();
  command->add_option("IMAGE", options->image, kWhichImage)->required();
  command->add_option("-o,--output", options->tar, "File (default: standard output)");
  command->callback([options, &context] {
    const image::Image found = context.engine().find_image(options->image);
    context.engine().images().export_rootfs(found, tar_output(options->tar).get());
  });
}

void add_image_load(CLI::App& app, Context& context) {
  CLI::App* command =
      add_verb(app, {"load", "Load images that docker, podman, skopeo or `save` wrote into a tar",
                     "load -i images.tar\n"
                     "load < images.tar",
                     "The archive is unpacked into a folder of its own; each layer then streams through "
                     "gzip or zstd into a directory while its digests are computed, and shows up in the "
                     "store only when they are right."});
  struct Options {
    std::string input = "-";
    bool quiet = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("-i,--input", options->input, "File (default: standard input)");
  command->add_flag("-q,--quiet", options->quiet,
                    "Accepted as Docker's: there is no progress bar to suppress");
  command->callback([options, &context] {
    if (options->input == "-" && sys::isatty(STDIN_FILENO))
      throw std::invalid_argument(
          "requested load from stdin, but stdin is a terminal. Next: -i FILE, or a pipe");
    const sys::UniqueFd file =
        options->input == "-" ? sys::dup(STDIN_FILENO) : sys::open(options->input, O_RDONLY);
    std::string text;
    for (const image::Image& one : context.engine().images().load(file.get())) {
      const std::string first = one.names.empty() ? one.id : one.names.front();
      context.engine().registry().journal().add_image("load", one.id, first);
      for (const std::string& name : one.names)
        text += "Loaded image: " + name + "\n";
      if (one.names.empty()) text += "Loaded image ID: " + one.id + "\n";
    }
    print(text);
  });
}

namespace {
void choose(std::vector<image::SavedImage>& chosen, const image::Image& image, const std::string& name) {
  const auto known = std::find_if(chosen.begin(), chosen.end(),
                                  [&](const image::SavedImage& one) { return one.image.id == image.id; });
  image::SavedImage& saved =
      known != chosen.end() ? *known : chosen.emplace_back(image::SavedImage{image, {}});
  const bool listed = std::find(image.names.begin(), image.names.end(), name) != image.names.end();
  const bool fresh = std::find(saved.names.begin(), saved.names.end(), name) == saved.names.end();
  if (listed && fresh) saved.names.push_back(name);
}

// As Docker: a name with a tag means that one, a name without it all tags, an id no name.
std::vector<image::SavedImage> chosen_images(engine::Engine& engine, const std::vector<std::string>& texts) {
  std::vector<image::SavedImage> chosen;
  for (const std::string& text : texts) {
    bool found = false;
    for (const image::Image& image :
         image::is_repository(text) ? engine.images().list() : std::vector<image::Image>()) {
      for (const std::string& name : image.names) {
        if (image::familiar_name(image::parse_reference(name)) !=
            image::familiar_name(image::parse_reference(text)))
          continue;
        choose(chosen, image, name);
        found = true;
      }
    }
    if (found) continue;
    const image::Image image = engine.find_image(text);
    choose(chosen, image, image::normal_name(text));
  }
  return chosen;
}

}  // namespace

void add_image_save(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"save", "Save images with all their layers as one tar",
            "save -o images.tar busybox app:1.0\n"
            "save busybox | docker load",
            "Blobs as they lie in STORE/oci, with an OCI index and Docker's manifest.json. `export` is "
            "something else: the files of a container, without layers or configuration."});
  struct Options {
    std::vector<std::string> names;
    std::string output = "-";
  };
  const auto options = std::make_shared<Options>();
  command->add_option("IMAGE", options->names, kWhichImage)->required();
  command->add_option("-o,--output", options->output, "File (default: standard output)");
  command->callback([options, &context] {
    const auto chosen = chosen_images(context.engine(), options->names);
    context.engine().images().save(chosen, tar_output(options->output).get());
    for (const image::SavedImage& one : chosen)
      context.engine().registry().journal().add_image("save", one.image.id, one.image.id);
  });
}

sys::UniqueFd tar_output(const std::string& path) {
  if (path != "-") return sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (sys::isatty(STDOUT_FILENO))
    throw std::invalid_argument("a tar on a terminal helps nobody. Next: -o FILE, or a pipe");
  return sys::dup(STDOUT_FILENO);
}

void add_images(CLI::App& app, Context& context) {
  CLI::App* group = add_group(
      app, "image",
      "Images: ls, inspect, history, tree, diff, tag, rm, prune, load, save, import, export, pull, push");
  add_image_list(*group, context, "ls");
  add_image_inspect(*group, context);
  add_image_history(*group, context);
  add_image_tag(*group, context);
  add_image_remove(*group, context, "rm");
  add_image_prune(*group, context);
  add_image_import(*group, context);
  add_image_export(*group, context);
  add_image_tree(*group, context);
  add_image_diff(*group, context);
  add_image_load(*group, context);
  add_image_save(*group, context);
  add_image_pull(*group, context);
  add_image_push(*group, context);
  add_image_list(app, context, "images");
  add_image_history(app, context);
  add_image_tag(app, context);
  add_image_remove(app, context, "rmi");
  add_image_import(app, context);
  add_image_load(app, context);
  add_image_save(app, context);
}

}  // namespace cli
