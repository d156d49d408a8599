// `image tree`, `image diff`, `inspect --merged`: copy-on-write made visible. See image_commands.h, image/merged.h.
#include <fmt/format.h>

#include <algorithm>

#include "base/text/size.h"
#include "mini-container/cli/image_commands.h"
#include "mini-container/cli/listing.h"
#include "mini-container/engine/container_files.h"
#include "mini-container/image/merged.h"

namespace cli {

namespace {

using image::Image;
using image::Merged;
using text::size_text;

constexpr std::size_t kShortDigest = 19;  // "sha256:" and twelve digits

Merged merged_of(const image::Store& store, const Image& image) {
  Merged merged;
  for (const std::string& directory : store.layer_directories(image))
    merged.add_layer(directory);
  return merged;
}

// What made each layer, lowest first; "" where nobody says.
std::vector<std::string> makers(const Image& image) {
  std::vector<std::string> commands;
  for (const image::StepSize& one : image::steps_of(image)) {
    std::string command = one.step.created_by.empty() ? one.step.comment : one.step.created_by;
    std::replace_if(
        command.begin(), command.end(), [](char letter) { return letter == '\t' || letter == '\n'; }, ' ');
    if (!one.step.empty_layer) commands.push_back(command);
  }
  commands.resize(image.diff_ids.size());
  return commands;
}

std::uint64_t hidden_in(const Merged& merged) {
  std::uint64_t hidden = 0;
  for (const image::LayerEffect& effect : merged.effects())
    hidden += effect.hidden;
  return hidden;
}

std::string effect_text(const image::LayerEffect& effect) {
  std::string text = fmt::format("adds {}", effect.added);
  if (effect.changed > 0) text += fmt::format(", changes {}", effect.changed);
  if (effect.removed > 0) text += fmt::format(", removes {}", effect.removed);
  if (effect.hidden > 0) text += fmt::format("; hides {} below", size_text(effect.hidden));
  return text;
}

std::string tree_text(const Image& image, const Merged& merged, bool whole) {
  const std::vector<std::string> commands = makers(image);
  std::string text =
      fmt::format("{}  {}  {}\n", image.names.empty() ? image::short_id(image) : image.names.front(),
                  image::short_id(image), size_text(image.size()));
  // The top first, as history and as overlayfs stack them.
  for (std::size_t layer = image.diff_ids.size(); layer-- > 0;) {
    constexpr std::size_t kLongest = 60;
    std::string command = commands[layer];
    if (!whole && command.size() > kLongest) command = command.substr(0, kLongest - 1) + "…";
    text += fmt::format("{} {}  {:>7}  {}\n", layer == 0 ? "└─" : "├─",
                        whole ? image.diff_ids[layer] : image.diff_ids[layer].substr(0, kShortDigest),
                        size_text(image.layer_sizes.at(layer)), effect_text(merged.effects()[layer]));
    if (!command.empty()) text += fmt::format("{}    {}\n", layer == 0 ? " " : "│", command);
  }
  const std::uint64_t hidden = hidden_in(merged);
  const std::uint64_t size = image.size();
  return text + fmt::format("{} of {} are wasted: {}\n", size_text(hidden), size_text(size),
                            hidden == 0 ? "no layer changes or removes what is below it"
                                        : "changed or removed further up, still stored and transferred");
}

std::string tree_rows(const Image& image, const Merged& merged, const std::string& format) {
  Listing listing = {{{"Layer", "LAYER"},
                      {"Size", "SIZE"},
                      {"Added", "ADDED"},
                      {"Changed", "CHANGED"},
                      {"Removed", "REMOVED"},
                      {"Hides", "HIDES"},
                      {"CreatedBy", "CREATED BY"}},
                     {"Layer", "Size", "Added", "Changed", "Removed", "Hides"},
                     {}};
  const std::vector<std::string> commands = makers(image);
  for (std::size_t layer = image.diff_ids.size(); layer-- > 0;) {
    const image::LayerEffect& effect = merged.effects()[layer];
    listing.rows.push_back({{"Layer", image.diff_ids[layer]},
                            {"Size", size_text(image.layer_sizes.at(layer))},
                            {"Added", std::to_string(effect.added)},
                            {"Changed", std::to_string(effect.changed)},
                            {"Removed", std::to_string(effect.removed)},
                            {"Hides", size_text(effect.hidden)},
                            {"CreatedBy", commands[layer]}});
  }
  return listing_text(listing, format);
}

// How many layers both begin with.
std::size_t shared_layers(const Image& one, const Image& other) {
  const auto ends =
      std::mismatch(one.diff_ids.begin(), one.diff_ids.end(), other.diff_ids.begin(), other.diff_ids.end());
  return static_cast<std::size_t>(ends.first - one.diff_ids.begin());
}

std::string layers_line(const std::string& what, const Image& image, std::size_t from, std::size_t to) {
  std::uint64_t bytes = 0;
  for (std::size_t layer = from; layer < to; ++layer)
    bytes += image.layer_sizes.at(layer);
  return fmt::format("{}: {} layers, {}\n", what, to - from, size_text(bytes));
}

// WHY by layer, too: two files of one name from the same layer are the same file, and need no look.
bool same(const image::MergedFile& one, const image::MergedFile& other, std::size_t shared) {
  if (one.layer == other.layer && one.layer < shared) return true;
  const struct stat &a = one.status, &b = other.status;
  const bool alike =
      a.st_mode == b.st_mode && a.st_uid == b.st_uid && a.st_gid == b.st_gid && a.st_rdev == b.st_rdev;
  if (S_ISDIR(a.st_mode)) return alike;
  return alike && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec;
}

std::string files_text(const Merged& one, const Merged& other, std::size_t shared) {
  std::string text;
  auto left = one.files().begin(), right = other.files().begin();
  while (left != one.files().end() || right != other.files().end()) {
    const bool no_left = left == one.files().end(), no_right = right == other.files().end();
    if (no_right || (!no_left && left->first < right->first)) {
      text += "D " + (left++)->first + "\n";
    } else if (no_left || right->first < left->first) {
      text += "A " + (right++)->first + "\n";
    } else {
      if (!same(left->second, right->second, shared)) text += "C " + left->first + "\n";
      ++left, ++right;
    }
  }
  return text;
}

std::string diff_text(const image::Store& store, const Image& one, const Image& other) {
  const std::size_t shared = shared_layers(one, other);
  const auto name = [](const Image& image) {
    return "only in " + (image.names.empty() ? image::short_id(image) : image.names.front());
  };
  return layers_line("shared", one, 0, shared) + layers_line(name(one), one, shared, one.diff_ids.size()) +
         layers_line(name(other), other, shared, other.diff_ids.size()) +
         files_text(merged_of(store, one), merged_of(store, other), shared);
}

}  // namespace

void add_image_tree(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app,
      {"tree", "The layers of an image: what each adds, changes, removes and hides",
       "image tree busybox\nimage tree --no-trunc app:1\nimage tree --format '{{.Layer}} {{.Hides}}' app:1",
       "overlayfs shows the uppermost file of a name. A layer is never changed, so what a later one changes "
       "or "
       "removes (a whiteout, the character device 0:0) stays on the disk and is carried along."});
  struct Options {
    std::string image, format;
    bool whole = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("IMAGE", options->image, kWhichImage)->required();
  command->add_flag("--no-trunc", options->whole, "Whole digests and commands");
  command->add_option("--format", options->format, kFormatHelp);
  command->callback([options, &context] {
    const Image found = context.engine().find_image(options->image);
    const Merged merged = merged_of(context.engine().images(), found);
    print(options->format.empty() ? tree_text(found, merged, options->whole)
                                  : tree_rows(found, merged, options->format));
  });
}

void add_image_diff(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"diff", "What two images share, and how their files differ", "image diff busybox app:1",
            "layers are named by their content, so images that begin with the same layers share them on "
            "disk. Below: A in the second only, D in the first only, C in both and not the same."});
  const auto names = std::make_shared<std::pair<std::string, std::string>>();
  command->add_option("ONE", names->first, kWhichImage)->required();
  command->add_option("OTHER", names->second, kWhichImage)->required();
  command->callback([names, &context] {
    engine::Engine& engine = context.engine();
    print(diff_text(engine.images(), engine.find_image(names->first), engine.find_image(names->second)));
  });
}

std::string merged_text(engine::Engine& engine, const engine::Container& container) {
  const Image image = engine.images().get(container.image_id);
  const Merged merged = engine::merged_files(engine.registry(), engine.images(), container);
  const bool started = merged.effects().size() > image.diff_ids.size();
  std::string text =
      fmt::format("/{}: {} layers of {}{}\n", container.name, image.diff_ids.size(), container.settings.image,
                  started ? ", and a directory of its own above them" : "");
  if (!started) return text;
  text += fmt::format("  {}/upper: {}\n", engine.registry().directory(container.id),
                      effect_text(merged.effects().back()));
  for (const image::Covered& one : merged.covered()) {
    const std::string layer = image.diff_ids.at(one.before.layer).substr(0, kShortDigest);
    text += one.kind == 'D'
                ? fmt::format("D {}  {} hidden in {}\n", one.path, size_text(one.before.bytes()), layer)
                : fmt::format("C {}  {} copied up, {} hidden in {}\n", one.path, size_text(one.now),
                              size_text(one.before.bytes()), layer);
  }
  return text;
}

}  // namespace cli
