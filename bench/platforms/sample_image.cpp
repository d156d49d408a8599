// See sample_image.h.
#include "bench/platforms/sample_image.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>
#include <vector>

#include "base/sys/file.h"
#include "bench/platforms/timed_run.h"

namespace bench {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr int kLayers = 5;
constexpr std::size_t kFileBytes = 256 << 10;
constexpr std::size_t kSmallBytes = 200;
constexpr int kFilesInFolder = 1000;

// WHY not std::uniform_int_distribution: what it draws differs between libraries.
using Dice = std::mt19937_64;

std::string noise(Dice& dice, std::size_t bytes) {
  std::string text;
  text.reserve(bytes + sizeof(Dice::result_type));
  while (text.size() < bytes) {
    const auto number = dice();
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  text.resize(bytes);
  return text;
}

std::string prose(Dice& dice, std::size_t bytes) {
  constexpr std::array kWords = {"namespace", "mount",  "layer",   "socket", "the", "of",  "a", "process",
                                 "kernel",    "memory", "control", "group",  "and", "int", "0", "return"};
  std::string text;
  text.reserve(bytes + 16);
  while (text.size() < bytes)
    text.append(kWords[dice() % kWords.size()]).append(dice() % 12 == 0 ? "\n" : " ");
  text.resize(bytes);
  return text;
}

// Same names and bytes, same tar.
void pack(const std::string& folder, const std::string& tar) {
  run_or_throw({"tar", "-C", folder, "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "-cf", tar, "."},
               300s);
}

std::string first_word(const std::string& text) {
  return text.substr(0, text.find_first_of(" \n"));
}

// Returns the layer's digest.
std::string write_layer(const std::string& folder, int number, int files) {
  Dice dice(static_cast<Dice::result_type>(number));
  const std::string root = fmt::format("{}/root", folder);
  const std::string data = fmt::format("{}/usr/share/layer{}", root, number);
  sys::mkdir_parents(data);
  for (int i = 0; i < files; ++i)
    sys::replace_file(fmt::format("{}/{}", data, i),
                      i % 2 == 0 ? noise(dice, kFileBytes) : prose(dice, kFileBytes));
  const std::string tar = fmt::format("{}/layer{}.tar", folder, number);
  pack(root, tar);
  sys::remove_tree(root);
  return "sha256:" + first_word(run_or_throw({"sha256sum", tar}));
}

void write_archive(const std::string& folder, const std::string& archive, const SampleSize& size,
                   const std::string& reference) {
  json layers = json::array(), digests = json::array(), history = json::array();
  for (int i = 1; i <= kLayers; ++i) {
    digests.push_back(write_layer(folder, i, size.files_in_layer));
    layers.push_back(fmt::format("layer{}.tar", i));
    history.push_back({{"created", "1970-01-01T00:00:00Z"}, {"created_by", fmt::format("layer {}", i)}});
  }
  const json configuration = {{"architecture", first_word(run_or_throw({"dpkg", "--print-architecture"}))},
                              {"os", "linux"},
                              {"created", "1970-01-01T00:00:00Z"},
                              {"config", {{"Cmd", {"nothing"}}}},
                              {"rootfs", {{"type", "layers"}, {"diff_ids", digests}}},
                              {"history", history}};
  const json entry = {{"Config", "config.json"}, {"RepoTags", {reference}}, {"Layers", layers}};
  sys::replace_file(folder + "/config.json", configuration.dump());
  sys::replace_file(folder + "/manifest.json", json::array({entry}).dump());
  pack(folder, archive);
}

void write_many_files(const std::string& folder, const std::string& tar, int files) {
  Dice dice(0);
  std::string place;
  for (int i = 0; i < files; ++i) {
    if (i % kFilesInFolder == 0) sys::mkdir(place = fmt::format("{}/{}", folder, i / kFilesInFolder));
    sys::replace_file(fmt::format("{}/{}", place, i), prose(dice, kSmallBytes));
  }
  pack(folder, tar);
}

}  // namespace

SampleImage::SampleImage(const Workspace& workspace, const SampleSize& size, std::string reference)
    : reference_(std::move(reference)),
      archive_(workspace.path() + "/layers.tar"),
      many_files_(workspace.path() + "/many-files.tar") {
  const std::string folder = workspace.folder("sample");
  write_archive(folder, archive_, size, reference_);
  sys::remove_tree(folder);
  write_many_files(workspace.folder("sample"), many_files_, size.small_files);
  sys::remove_tree(folder);
}

}  // namespace bench
