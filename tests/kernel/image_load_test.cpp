// Loading archives: the two forms, and what a hostile or damaged one tries. Nothing changes unless all of it is right.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "base/sys/process.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/store.h"
#include "tests/support/tar_builder.h"
#include "tests/support/temporary_folder.h"

namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace tar = testing_tar;

std::string layer(const std::string& name = "greeting", const std::string& content = "hello") {
  return tar::file(name, content) + tar::end_mark();
}

std::string config_of(const std::vector<std::string>& layers, const std::string& os = "linux") {
  json config = {{"architecture", "amd64"}, {"os", os}, {"config", {{"Cmd", {"sh"}}}}};
  config["rootfs"]["diff_ids"] = json::array();
  for (const std::string& bytes : layers)
    config["rootfs"]["diff_ids"].push_back(image::digest_of(bytes));
  return config.dump();
}

// What `docker save` of version 20 writes.
struct DockerArchive {
  std::vector<std::string> layers = {layer()};
  std::string config = config_of(layers);
  json tags = {"app:1"};
  std::string config_name = image::hex_of(image::digest_of(config)) + ".json";

  std::string bytes() const {
    std::string all;
    json entry = {{"Config", config_name}, {"RepoTags", tags}, {"Layers", json::array()}};
    for (std::size_t number = 0; number < layers.size(); ++number) {
      const std::string name = "layer" + std::to_string(number) + "/layer.tar";
      all += tar::file(name, layers[number]);
      entry["Layers"].push_back(name);
    }
    return all + tar::file(config_name, config) + tar::file("manifest.json", json::array({entry}).dump()) +
           tar::end_mark();
  }
};

json descriptor(const std::string& bytes, const std::string& type) {
  return {{"mediaType", type}, {"digest", image::digest_of(bytes)}, {"size", bytes.size()}};
}

std::string blob(const std::string& bytes) {
  return tar::file("blobs/sha256/" + image::hex_of(image::digest_of(bytes)), bytes);
}

constexpr const char* kLayer = "application/vnd.oci.image.layer.v1.tar";
constexpr const char* kIndex = "application/vnd.oci.image.index.v1+json";

struct OciArchive {
  std::string layer_bytes = layer();
  std::string config = config_of({layer_bytes});
  json manifest = {{"schemaVersion", 2},
                   {"config", descriptor(config, image::kConfigType)},
                   {"layers", {descriptor(layer_bytes, kLayer)}}};
  json annotations = {{"org.opencontainers.image.ref.name", "app:1"}};

  std::string with_index(const json& index, const std::string& more = "") const {
    return blob(layer_bytes) + blob(config) + blob(manifest.dump()) + more +
           tar::file("oci-layout", R"({"imageLayoutVersion":"1.0.0"})") +
           tar::file("index.json", index.dump()) + tar::end_mark();
  }
  json entry() const {
    json made = descriptor(manifest.dump(), image::kManifestType);
    made["annotations"] = annotations;
    return made;
  }
  std::string bytes() const { return with_index({{"schemaVersion", 2}, {"manifests", {entry()}}}); }
};

class ImageLoad : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "unpacking owners, devices and whiteouts needs root";
  }
  image::Store store() const { return image::Store(directory_ + "/store"); }
  std::vector<image::Image> load(const std::string& bytes, const image::Limits& limits = {}) const {
    const sys::UniqueFd source = sys::memfd_create("tar");
    sys::pwrite_all(source.get(), bytes, 0);
    return store().load(source.get(), limits);
  }
  // Why it was refused; "" if it was not. Either way nothing is left of the work.
  std::string complaint(const std::string& bytes, const image::Limits& limits = {}) const {
    std::string why;
    try {
      load(bytes, limits);
    } catch (const image::BadArchive& error) {
      why = error.what();
    }
    EXPECT_THAT(sys::list_directory(directory_ + "/store/tmp"), IsEmpty());
    if (why.empty()) return why;
    EXPECT_THAT(store().list(), IsEmpty());
    EXPECT_THAT(sys::list_directory(directory_ + "/store/layers"), IsEmpty());
    EXPECT_THAT(sys::list_directory(directory_ + "/store/oci/blobs/sha256"), IsEmpty());
    EXPECT_FALSE(sys::exists(directory_ + "/escape"));
    return why;
  }
  std::string saved(const std::string& name) const {
    const sys::UniqueFd output = sys::memfd_create("saved");
    const image::Image image = store().get(name);
    store().save({{image, image.names}}, output.get());
    return sys::read_file(sys::fd_path(output.get()));
  }
  const support::TemporaryFolder folder_{"load"};
  const std::string& directory_ = folder_.path();
};

TEST_F(ImageLoad, TakesBothForms) {
  const auto docker = load(DockerArchive().bytes());
  ASSERT_EQ(docker.size(), 1U);
  EXPECT_THAT(docker[0].names, ElementsAre("app:1"));
  EXPECT_EQ(docker[0].size(), 5U);
  EXPECT_EQ(docker[0].id, image::digest_of(DockerArchive().config));
  OciArchive oci;
  const auto layout = load(oci.bytes());
  EXPECT_EQ(layout[0].id, docker[0].id);
  EXPECT_EQ(layout[0].manifest, image::digest_of(oci.manifest.dump())) << "their manifest keeps its digest";
  EXPECT_EQ(sys::read_file(store().layer_directories(layout[0])[0] + "/greeting"), "hello");
}

TEST_F(ImageLoad, WhatIsSavedLoadsAsTheSameImageAndTheSameBytes) {
  DockerArchive two;
  two.layers = {layer("one", "1"), layer("two", "22")};
  two.config = config_of(two.layers);
  two.config_name = "config.json";
  const auto made = load(two.bytes());
  const std::string bytes = saved("app:1");
  EXPECT_EQ(saved("app:1"), bytes);
  store().remove("app:1", true, [](const image::Image&) { return std::vector<std::string>(); });
  const auto again = load(bytes);
  EXPECT_EQ(again[0].id, made[0].id);
  EXPECT_EQ(again[0].manifest, made[0].manifest);
  EXPECT_THAT(again[0].layer_sizes, ElementsAre(1U, 2U));
  EXPECT_THAT(store().get("app:1").names, ElementsAre("app:1"));
}

TEST_F(ImageLoad, OfAnIndexOfPlatformsTakesThisMachines) {
  OciArchive oci;
  json mine = descriptor(oci.manifest.dump(), image::kManifestType);
  mine["platform"] = {{"os", "linux"}, {"architecture", image::host_architecture()}};
  json other = descriptor("{}", image::kManifestType);
  other["platform"] = {{"os", "linux"}, {"architecture", "s390x"}};
  const std::string index = json{{"schemaVersion", 2}, {"manifests", {other, mine}}}.dump();
  json top = descriptor(index, kIndex);
  top["annotations"] = {{"io.containerd.image.name", "docker.io/library/multi:1"}};
  EXPECT_THAT(load(oci.with_index({{"manifests", {top}}}, blob(index)))[0].names, ElementsAre("multi:1"));

  const std::string foreign = json{{"manifests", {other}}}.dump();
  const support::TemporaryFolder empty("load");
  EXPECT_THROW(load(oci.with_index({{"manifests", {descriptor(foreign, kIndex)}}}, blob(foreign))),
               image::BadArchive);
}

TEST_F(ImageLoad, ALayerOfSeveralImagesIsAFileOrALinkToIt) {
  // As docker save of old does for a layer that it has written before.
  const DockerArchive first;
  json list = json::array();
  for (const char* path : {"first/layer.tar", "second/layer.tar"})
    list.push_back(
        {{"Config", "config.json"}, {"RepoTags", {std::string(path, 5) + ":1"}}, {"Layers", {path}}});
  const auto images = load(tar::directory("first") + tar::file("first/layer.tar", first.layers[0]) +
                           tar::directory("second") + tar::symlink("second/layer.tar", "../first/layer.tar") +
                           tar::file("config.json", first.config) + tar::file("manifest.json", list.dump()) +
                           tar::end_mark());
  EXPECT_EQ(images.at(0).id, images.at(1).id);
  EXPECT_THAT(store().list().at(0).names, ElementsAre("first:1", "secon:1"));
}

TEST_F(ImageLoad, VerifiesEveryDigest) {
  DockerArchive wrong_config;
  wrong_config.config += " ";
  EXPECT_THAT(complaint(wrong_config.bytes()), HasSubstr("does not match the digest in its name"));
  DockerArchive wrong_layer;
  wrong_layer.layers = {layer("greeting", "hellO")};
  EXPECT_THAT(complaint(wrong_layer.bytes()), HasSubstr("is not the one that the configuration names"));
  OciArchive oci;
  oci.manifest["layers"][0]["size"] = 7;
  EXPECT_THAT(complaint(oci.bytes()), HasSubstr("does not match its digest and size"));
  oci = {};
  oci.layer_bytes = layer("greeting", "hellO");
  EXPECT_NE(complaint(oci.bytes()), "") << "the layer that the manifest names is not there";
  oci = {};
  json entry = oci.entry();
  entry["size"] = 1;
  EXPECT_THAT(complaint(oci.with_index({{"manifests", {entry}}})), HasSubstr("does not match its digest"));
}

TEST_F(ImageLoad, RefusesDocumentsThatLeadOutOfTheArchive) {
  sys::write_file_atomically(directory_ + "/secret", config_of({layer()}));
  for (const std::string& path : {directory_ + "/secret", std::string("../../../secret"), std::string("link"),
                                  std::string("fifo"), std::string("folder"), std::string("")}) {
    const json list = {{{"Config", path}, {"RepoTags", nullptr}, {"Layers", {"layer.tar"}}}};
    const std::string bytes = tar::symlink("link", directory_ + "/secret") +
                              tar::entry({.name = "fifo", .type = '6'}) + tar::directory("folder") +
                              tar::file("layer.tar", layer()) + tar::file("manifest.json", list.dump()) +
                              tar::end_mark();
    EXPECT_NE(complaint(bytes), "") << path;
  }
  OciArchive oci;
  json entry = oci.entry();
  entry["digest"] = "sha256:../../../../secret";
  EXPECT_THAT(complaint(oci.with_index({{"manifests", {entry}}})), HasSubstr("no digest"));
}

TEST_F(ImageLoad, RefusesLayersThatClimbAsImportDoes) {
  for (const std::string& bytes :
       {tar::file("../escape", "x"), tar::symlink("l", directory_) + tar::file("l/escape", "x"),
        tar::hardlink("h", "../../../../etc/passwd")}) {
    DockerArchive archive;
    archive.layers = {bytes + tar::end_mark()};
    archive.config = config_of(archive.layers);
    archive.config_name = "config.json";
    EXPECT_NE(complaint(archive.bytes()), "");
  }
}

TEST_F(ImageLoad, RefusesWhatIsMalformed) {
  EXPECT_THAT(complaint(layer()), HasSubstr("mini-container import"));
  EXPECT_NE(complaint(""), "");
  EXPECT_NE(complaint(DockerArchive().bytes().substr(0, 2000)), "");
  for (const char* manifest : {"", "{}", "[7]", "[{}]", R"([{"Config": 1, "Layers": []}])", "[[[[", "null",
                               R"([{"Config": "c.json", "Layers": [], "RepoTags": null}])"}) {
    EXPECT_NE(complaint(tar::file("c.json", config_of({})) + tar::file("manifest.json", manifest) +
                        tar::end_mark()),
              "")
        << manifest;
  }
  DockerArchive name;
  name.tags = {"Not/Lower"};
  EXPECT_THAT(complaint(name.bytes()), HasSubstr("must be lowercase"));
  DockerArchive windows;
  windows.config = config_of(windows.layers, "windows");
  windows.config_name = "config.json";
  EXPECT_THAT(complaint(windows.bytes()), HasSubstr("is for windows"));
  DockerArchive many;
  many.layers.assign(128, layer());
  many.config = config_of(many.layers);
  many.config_name = "config.json";
  EXPECT_THAT(complaint(many.bytes()), HasSubstr("127 are the most"));
  DockerArchive fewer;
  fewer.layers.push_back(layer("two"));
  EXPECT_THAT(complaint(fewer.bytes()), HasSubstr("has 2 layers"));
  EXPECT_THAT(complaint(tar::file("manifest.json", std::string(5 << 20, ' ')) + tar::end_mark()),
              HasSubstr("4 MiB"));
}

TEST_F(ImageLoad, BombsEndAtALimit) {
  DockerArchive bomb;
  bomb.layers = {tar::file("zeros", std::string(1 << 20, '\0')) + tar::end_mark()};
  bomb.config = config_of(bomb.layers);
  bomb.config_name = "config.json";
  EXPECT_THAT(complaint(bomb.bytes(), {.bytes = 1 << 18, .entries = 100}), HasSubstr("limit"));
  std::string files;
  for (int number = 0; number < 50; ++number)
    files += tar::file("f" + std::to_string(number), "");
  EXPECT_THAT(complaint(files + tar::end_mark(), {.bytes = 1 << 20, .entries = 20}), HasSubstr("limit"));
}

TEST_F(ImageLoad, AnImageOfTheStoreSurvivesAFailedLoadOfItsName) {
  load(DockerArchive().bytes());
  DockerArchive wrong;
  wrong.layers = {layer("other", "x")};
  EXPECT_THROW(load(wrong.bytes()), image::BadArchive);
  EXPECT_EQ(store().get("app:1").id, image::digest_of(DockerArchive().config));
  EXPECT_EQ(sys::read_file(store().layer_directories(store().get("app:1"))[0] + "/greeting"), "hello");
}

}  // namespace
