// `images`, `history`, `tag`, `image inspect`: what is in the store, and its names. See commands.h.
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <ctime>

#include "base/text/size.h"
#include "mini-container/cli/image_commands.h"
#include "mini-container/cli/listing.h"
#include "mini-container/engine/container.h"

namespace cli {

namespace {

using image::Image;

std::string age_text(const std::string& created) {
  const auto seconds = engine::seconds_of(created);
  return seconds ? engine::duration_text(std::time(nullptr) - *seconds) + " ago" : "N/A";
}

struct ListOptions {
  std::string name;
  std::vector<std::string> filters;
  std::string format;
  bool all = false;
  bool quiet = false;
  bool whole = false;
  bool digests = false;
};

// What `--filter KEY=VALUE` of `images` lets through.
class ImageFilter {
 public:
  ImageFilter(const ListOptions& options, const image::Store& store) {
    for (const std::string& text : options.filters)
      add(text, store);
    if (!options.name.empty()) patterns_.push_back(options.name);
  }

  // Names of `image` to be shown, "" for a nameless one; none if it is not let through.
  std::vector<std::string> names(const Image& image) const {
    if (dangling_ && *dangling_ != image.names.empty()) return {};
    if (before_ && image.created >= *before_) return {};
    if (since_ && image.created <= *since_) return {};
    for (const auto& [key, value] : labels_) {
      const auto label = image.config.labels.find(key);
      if (label == image.config.labels.end() || (value && label->second != *value)) return {};
    }
    std::vector<std::string> names = image.names;
    if (names.empty()) names.emplace_back();
    std::erase_if(names, [&](const std::string& name) { return !fits(name); });
    return names;
  }

 private:
  void add(const std::string& text, const image::Store& store) {
    const std::size_t equals = text.find('=');
    const std::string key = text.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
    if (key == "dangling" && (value == "true" || value == "false")) {
      dangling_ = value == "true";
    } else if (key == "reference") {
      patterns_.push_back(value);
    } else if (key == "before") {
      before_ = store.get(value).created;
    } else if (key == "since") {
      since_ = store.get(value).created;
    } else if (key == "label") {
      const std::size_t split = value.find('=');
      labels_.emplace_back(value.substr(0, split), split == std::string::npos
                                                       ? std::nullopt
                                                       : std::optional(value.substr(split + 1)));
    } else {
      throw std::invalid_argument(
          fmt::format("invalid filter '{}': expected dangling=true|false, reference=PATTERN, before=IMAGE, "
                      "since=IMAGE or "
                      "label=KEY[=VALUE]",
                      text));
    }
  }

  // "busybox", "busybox:1.*", "host:5000/*": with a tag or without.
  bool fits(const std::string& name) const {
    const std::string repository = name.substr(0, name.rfind(':'));
    return std::all_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
      return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME) == 0 ||
             ::fnmatch(pattern.c_str(), repository.c_str(), FNM_PATHNAME) == 0;
    });
  }

  std::optional<bool> dangling_;
  std::optional<std::string> before_, since_;
  std::vector<std::pair<std::string, std::optional<std::string>>> labels_;
  std::vector<std::string> patterns_;
};

// What the registry of `repository` knows the image by; else the digest of its manifest, which is what it would be.
std::string digest_at(const Image& one, const std::string& repository) {
  for (const std::string& known : one.repo_digests)
    if (known.starts_with(repository + "@")) return known.substr(repository.size() + 1);
  return one.manifest;
}

// Of an image without a name: the repository that it was pulled from by its digest.
std::string nameless(const Image& one) {
  return one.repo_digests.empty() ? "<none>"
                                  : one.repo_digests.front().substr(0, one.repo_digests.front().find('@'));
}

Json image_row(const Image& one, const std::string& name, bool whole) {
  const std::size_t colon = name.rfind(':');
  const std::string repository = name.empty() ? nameless(one) : name.substr(0, colon);
  return {{"Containers", "N/A"},
          {"CreatedAt", one.created},
          {"CreatedSince", age_text(one.created)},
          {"Digest", digest_at(one, repository)},
          {"ID", whole ? one.id : image::short_id(one)},
          {"Repository", repository},
          {"Tag", name.empty() ? "<none>" : name.substr(colon + 1)},
          {"Size", text::size_text(one.size())}};
}

std::string images_text(const image::Store& store, const ListOptions& options) {
  Listing listing = {{{"ID", "IMAGE ID"},
                      {"Repository", "REPOSITORY"},
                      {"Tag", "TAG"},
                      {"Digest", "DIGEST"},
                      {"CreatedSince", "CREATED"},
                      {"CreatedAt", "CREATED AT"},
                      {"Size", "SIZE"}},
                     {"Repository", "Tag", "ID", "CreatedSince", "Size"},
                     {}};
  if (options.digests) listing.shown.insert(listing.shown.begin() + 2, "Digest");
  std::vector<Image> images = store.list();
  std::stable_sort(images.begin(), images.end(),
                   [](const Image& one, const Image& other) { return one.created > other.created; });
  const ImageFilter filter(options, store);
  for (const Image& one : images) {
    for (const std::string& name : filter.names(one)) {
      listing.rows.push_back(image_row(one, name, options.whole));
      if (options.quiet) break;
    }
  }
  return listing_text(listing, options.quiet ? "{{.ID}}" : options.format);
}

// One row a step, newest first; the steps below the top have no id of their own, as with Docker since 1.10.
std::string history_text(const Image& image, const std::string& format, bool whole, bool quiet) {
  Listing listing = {{{"ID", "IMAGE"},
                      {"CreatedSince", "CREATED"},
                      {"CreatedAt", "CREATED AT"},
                      {"CreatedBy", "CREATED BY"},
                      {"Size", "SIZE"},
                      {"Comment", "COMMENT"}},
                     {"ID", "CreatedSince", "CreatedBy", "Size", "Comment"},
                     {}};
  constexpr std::size_t kLongest = 45;
  for (const image::StepSize& one : image::steps_of(image)) {
    std::string by = one.step.created_by;
    std::replace(by.begin(), by.end(), '\t', ' ');
    if (!whole && by.size() > kLongest) by = by.substr(0, kLongest - 1) + "…";
    listing.rows.push_back({{"ID", "<missing>"},
                            {"CreatedSince", age_text(one.step.created)},
                            {"CreatedAt", one.step.created},
                            {"CreatedBy", by},
                            {"Size", text::size_text(one.bytes)},
                            {"Comment", one.step.comment}});
  }
  std::reverse(listing.rows.begin(), listing.rows.end());
  if (!listing.rows.empty()) listing.rows.front()["ID"] = whole ? image.id : image::short_id(image);
  return listing_text(listing, quiet ? "{{.ID}}" : format);
}

}  // namespace

void add_image_list(CLI::App& app, Context& context, const char* name) {
  CLI::App* command = add_verb(
      app, {name, "List images",
            "images\n"
            "images --digests busybox\n"
            "images -f dangling=true -q\n"
            "images --format '{{.Repository}}:{{.Tag}} {{.Size}}'",
            "An image is a JSON manifest in STORE/oci that names its layers by digest; a layer is a "
            "directory that any number of images and containers share as lower directory of overlayfs."});
  const auto options = std::make_shared<ListOptions>();
  command->add_option("REPOSITORY[:TAG]", options->name,
                      "Only images of this name; * and ? stand for others");
  command->add_flag("-a,--all", options->all,
                    "Intermediate images, too: here there are none, a build's steps included");
  command->add_flag("-q,--quiet", options->quiet, "Only ids");
  command->add_flag("--no-trunc", options->whole, "Whole ids");
  command->add_flag("--digests", options->digests, "A column with the digest of the manifest");
  command
      ->add_option("-f,--filter", options->filters,
                   "dangling=true, reference=PATTERN, before=, since=, label=")
      ->allow_extra_args(false);
  command->add_option("--format", options->format, kFormatHelp);
  command->callback([options, &context] { print(images_text(context.engine().images(), *options)); });
}

void add_image_history(CLI::App& app, Context& context) {
  CLI::App* command =
      add_verb(app, {"history", "The steps an image was made in, newest first",
                     "history busybox\n"
                     "history --no-trunc --format '{{.CreatedBy}}' app",
                     "A step that changed files left a layer, whose size is shown; one that changed only the "
                     "configuration left none (0B). The layers' digests: mini-container image inspect."});
  struct Options {
    std::string image, format;
    bool whole = false, quiet = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("IMAGE", options->image, kWhichImage)->required();
  command->add_flag("--no-trunc", options->whole, "Whole commands and ids");
  command->add_flag("-q,--quiet", options->quiet, "Only ids");
  command->add_option("--format", options->format, kFormatHelp);
  command->callback([options, &context] {
    const Image found = context.engine().find_image(options->image);
    print(history_text(found, options->format, options->whole, options->quiet));
  });
}

void add_image_tag(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"tag", "Give an image one more name", "tag busybox host.domain:5000/team/box:1.0",
            "A name is one line in STORE/oci/index.json that leads to a manifest: nothing is copied."});
  const auto names = std::make_shared<std::pair<std::string, std::string>>();
  command->add_option("SOURCE", names->first, kWhichImage)->required();
  command->add_option("TARGET", names->second, "The new name[:tag]; it moves if another image has it")
      ->required();
  command->callback([names, &context] {
    const image::Reference target = image::parse_reference(names->second);
    if (!target.digest.empty())
      throw std::invalid_argument(
          "refusing to create a tag with a digest reference: a digest is computed, not given");
    engine::Engine& engine = context.engine();
    const Image image = engine.find_image(names->first);
    engine.images().tag(image, target);
    engine.registry().journal().add_image("tag", image.id, to_string(target));
  });
}

void add_image_inspect(CLI::App& app, Context& context) {
  CLI::App* command =
      add_verb(app, {"inspect", "Everything known about images, as JSON",
                     "image inspect busybox\n"
                     "image inspect --format '{{json .Config.Env}}' busybox",
                     "Id is the digest of the image's configuration, RootFS the digests of its layers: "
                     "content is named by what it is, so the same content is stored once."});
  struct Options {
    std::vector<std::string> names;
    std::string format;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("IMAGE", options->names, kWhichImage)->required();
  command->add_option("-f,--format", options->format, "A template such as '{{.Id}}'");
  command->callback([options, &context] {
    Json all = Json::array();
    for (const std::string& name : options->names) {
      try {
        all.push_back(Json::parse(image::inspect_json(context.engine().find_image(name))));
      } catch (const image::NotFound& error) {
        sys::complain("mini-container", error.what());
        context.exit_code = 1;
      }
    }
    if (options->format.empty()) return print(all.dump(4) + "\n");
    for (const Json& one : all)
      print(render(options->format, one) + "\n");
  });
}

}  // namespace cli
