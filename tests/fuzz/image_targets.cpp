// Targets for what the engine reads of others: names of images, templates, instructions, and an archive's documents.
// See targets.h.
#include <stdexcept>

#include "mini-container/cli/template.h"
#include "mini-container/image/archive_images.h"
#include "mini-container/image/instruction.h"
#include "mini-container/image/manifest.h"
#include "mini-container/image/reference.h"
#include "mini-container/image/unpack.h"
#include "mini-container/registry/challenge.h"
#include "tests/fuzz/targets.h"

namespace fuzz {

void reference(std::string_view text) {
  try {
    const image::Reference read = image::parse_reference(std::string(text));
    // What it is shown as means the same.
    const std::string shown = image::to_string(read);
    if (image::to_string(image::parse_reference(shown)) != shown)
      throw std::logic_error("not stable: " + shown);
  } catch (const std::invalid_argument&) {
    // The answer to a name that is none.
  }
}

void go_template(std::string_view text) {
  static const cli::Json value = cli::Json::parse(
      R"({"ID": "a", "Size": 7, "Names": ["a", "b"], "Labels": {"k": "v"}, "State": {"Running": true}, "None": null})");
  try {
    cli::render(std::string(text), value);
  } catch (const std::invalid_argument&) {
    // The answer to a template that is none.
  }
}

void instruction(std::string_view text) {
  try {
    image::Config config;
    image::apply_instruction(config, std::string(text));
  } catch (const std::invalid_argument&) {
    // The answer to a line that is none.
  }
}

// Every document of the archive is the same text: an index that names itself, a configuration that is a manifest.
void archive(std::string_view text) {
  try {
    image::images_of_archive([&](const std::string& name) {
      return name == "oci-layout" && text.size() % 2 == 0 ? std::nullopt : std::optional(std::string(text));
    });
  } catch (const image::BadArchive&) {
    // The answer to an archive that is none.
  }
}

// Parts of a header that a registry sends; whatever it says is an answer.
void challenge(std::string_view text) {
  for (const registry::Challenge& one : registry::parse_challenges(text))
    if (one.scheme.empty()) throw std::logic_error("a challenge without a scheme");
}

// A manifest or an index of a registry.
void manifest(std::string_view text) {
  try {
    const std::string bytes(text);
    if (image::is_index(image::media_type_of(bytes))) image::choose(bytes, image::host_platform());
    image::check_config(bytes, image::parse_manifest(bytes).layers.size());
  } catch (const image::BadArchive&) {
    // The answer to a manifest that is none.
  }
}

}  // namespace fuzz
