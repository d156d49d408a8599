// The image half without privilege: references, configurations, names in archives, overlay options.
#include <gmock/gmock.h>

#include "mini-container/image/digest.h"
#include "mini-container/image/image.h"
#include "mini-container/image/overlay.h"
#include "mini-container/image/reference.h"
#include "mini-container/image/tar_entry.h"
#include "mini-container/image/unpack.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kDigest = "sha256:" + std::string(64, 'a');

struct Named {
  const char* text;
  const char* domain;
  const char* path;
  const char* tag;
  const char* shown;
};

// What Docker's client and the registries make of each.
const Named kNames[] = {
    {"busybox", "docker.io", "library/busybox", "latest", "busybox:latest"},
    {"team/app", "docker.io", "team/app", "latest", "team/app:latest"},
    {"docker.io/busybox", "docker.io", "library/busybox", "latest", "busybox:latest"},
    {"docker.io/library/busybox:1", "docker.io", "library/busybox", "1", "busybox:1"},
    {"index.docker.io/busybox", "docker.io", "library/busybox", "latest", "busybox:latest"},
    {"library/busybox", "docker.io", "library/busybox", "latest", "busybox:latest"},
    {"library/a/b", "docker.io", "library/a/b", "latest", "library/a/b:latest"},
    {"host.domain:5000/team/app_x:1.2-rc", "host.domain:5000", "team/app_x", "1.2-rc",
     "host.domain:5000/team/app_x:1.2-rc"},
    {"localhost/app:x", "localhost", "app", "x", "localhost/app:x"},
    {"host:5000/app:y", "host:5000", "app", "y", "host:5000/app:y"},
    {"HOST/app", "HOST", "app", "latest", "HOST/app:latest"},
    {"[2001:db8::1]:5000/app:1", "[2001:db8::1]:5000", "app", "1", "[2001:db8::1]:5000/app:1"},
    {"[::1]/app", "[::1]", "app", "latest", "[::1]/app:latest"},
    {"a.b/c--d/e__f:1", "a.b", "c--d/e__f", "1", "a.b/c--d/e__f:1"},
    // Without its registry it would be another's.
    {"docker.io/a.b/c", "docker.io", "a.b/c", "latest", "docker.io/a.b/c:latest"},
    {"127.0.0.1:5000/x/y/z", "127.0.0.1:5000", "x/y/z", "latest", "127.0.0.1:5000/x/y/z:latest"},
    {"app:_x.Y-Z", "docker.io", "library/app", "_x.Y-Z", "app:_x.Y-Z"},
};

TEST(Reference, HasARegistryAPathAndATag) {
  for (const Named& named : kNames) {
    const auto reference = image::parse_reference(named.text);
    EXPECT_EQ(reference.domain, named.domain) << named.text;
    EXPECT_EQ(reference.path, named.path) << named.text;
    EXPECT_EQ(reference.tag, named.tag) << named.text;
    EXPECT_EQ(image::to_string(reference), named.shown);
    EXPECT_EQ(image::to_string(image::parse_reference(named.shown)), named.shown);
  }
}

TEST(Reference, TakesADigestInsteadOfATagOrBesideIt) {
  const auto alone = image::parse_reference("app@" + kDigest);
  EXPECT_EQ(alone.tag, "");
  EXPECT_EQ(alone.digest, kDigest);
  EXPECT_EQ(image::to_string(alone), "app@" + kDigest);
  const auto both = image::parse_reference("host:1/app:2@" + kDigest);
  EXPECT_EQ(both.tag, "2");
  EXPECT_EQ(both.digest, kDigest);
}

TEST(Reference, RefusesWhatARegistryWouldRefuse) {
  for (const char* text : {"",
                           ":tag",
                           "app:",
                           "App",
                           "a//b",
                           "a/",
                           "/a",
                           "-a",
                           "a-",
                           "a..b",
                           "a___b",
                           "app:-x",
                           "app:a b",
                           "app@md5:1",
                           "app@sha256:12",
                           "host:99999999/app",
                           "../app",
                           "app\n",
                           "host.domain/",
                           "-host.domain/app",
                           "ho_st.domain/app",
                           "[::1/app",
                           "[::g]/app",
                           "[]/app",
                           "[::1]:x/app",
                           "host:/app",
                           "a.b/C",
                           "a@b@c",
                           "@",
                           "\xff",
                           "a/./b",
                           "a/../b",
                           "https://host/app"}) {
    EXPECT_THROW(image::parse_reference(text), std::invalid_argument) << text;
  }
  EXPECT_THROW(image::parse_reference(std::string(256, 'a')), std::invalid_argument);
  EXPECT_THROW(image::parse_reference(std::string(64, 'a')), std::invalid_argument) << "an id";
  EXPECT_THROW(image::parse_reference("a:" + std::string(129, 't')), std::invalid_argument);
}

TEST(Reference, SaysWhatIsWrong) {
  try {
    image::parse_reference("team/App:1");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("invalid reference format"));
    EXPECT_THAT(error.what(), HasSubstr("repository name (App) must be lowercase"));
  }
}

TEST(Digest, IsSha256) {
  EXPECT_EQ(image::digest_of("abc"),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Configuration, ComesBackAsItWasWritten) {
  image::Image made;
  made.created = "2024-01-01T00:00:00Z";
  made.architecture = "amd64";
  made.os = "linux";
  made.config = {
      .env = {"A=1"},
      .cmd = {"sh", "-c", "x"},
      .entrypoint = {"/init"},
      .working_dir = "/w",
      .user = "1:2",
      .exposed_ports = {"80/tcp"},
      .volumes = {"/data"},
      .labels = {{"k", "v"}},
      .stop_signal = "SIGINT",
      .healthcheck = {.test = {"CMD", "true"}, .interval = 5, .timeout = 6, .start_period = 7, .retries = 8}};
  made.author = "someone";
  made.history = {{.created = "2024-01-01T00:00:00Z", .created_by = "x", .author = "y", .comment = "z"},
                  {.created_by = "CMD", .empty_layer = true}};
  made.diff_ids = {kDigest};
  const image::Image read = image::parse_config(image::config_json(made));
  EXPECT_EQ(image::config_json(read), image::config_json(made));
  EXPECT_THAT(read.config.cmd, ElementsAre("sh", "-c", "x"));
  EXPECT_EQ(read.config.user, "1:2");
  EXPECT_EQ(read.config.labels.at("k"), "v");
  EXPECT_EQ(read.config.healthcheck.start_period, 7);
  EXPECT_EQ(read.history.at(1).empty_layer, true);
}

TEST(Configuration, ToleratesNullsAndRefusesWhatIsMissing) {
  const std::string head =
      R"({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []})";
  EXPECT_THAT(image::parse_config(head + R"(, "config": {"Cmd": null, "Env": null}})").config.cmd, IsEmpty());
  EXPECT_THAT(image::parse_config(head + R"(, "config": null})").config.cmd, IsEmpty());
  EXPECT_THROW(image::parse_config("{}"), std::runtime_error);
  EXPECT_THROW(image::parse_config("not json"), std::runtime_error);
  EXPECT_THROW(image::parse_config(head + R"(, "config": {"Cmd": 7}})"), std::runtime_error);
  EXPECT_THROW(
      image::parse_config(R"({"architecture": "a", "os": "b", "rootfs": {"diff_ids": ["sha256:../../x"]}})"),
      std::runtime_error);
}

TEST(Configuration, InspectHasDockersShape) {
  image::Image made;
  made.id = made.manifest = kDigest;
  made.names = {"busybox:latest"};
  made.config.cmd = {"sh"};
  const std::string json = image::inspect_json(made);
  for (const char* member : {"\"Id\"", "\"RepoTags\"", "\"Created\"", "\"Cmd\"", "\"RootFS\"", "\"Layers\"",
                             "\"Size\"", "busybox@sha256:"}) {
    EXPECT_THAT(json, HasSubstr(member));
  }
}

TEST(History, GivesEachStepItsLayersSize) {
  image::Image made;
  made.created = "2024-01-01T00:00:00Z";
  made.diff_ids = {kDigest, kDigest, kDigest};
  made.layer_sizes = {1, 20, 300};
  made.history = {{.created_by = "ADD root.tar"},
                  {.created_by = "ENV A=1", .empty_layer = true},
                  {.created_by = "RUN x"}};
  const auto steps = image::steps_of(made);
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0].bytes, 1U) << "a layer that no step tells of";
  EXPECT_EQ(steps[1].bytes, 20U);
  EXPECT_EQ(steps[2].bytes, 0U);
  EXPECT_EQ(steps[3].bytes, 300U);
  EXPECT_EQ(made.size(), 321U);
  made.layer_sizes.clear();
  EXPECT_EQ(image::steps_of(made)[3].bytes, 0U);
}

TEST(ArchiveName, IsSplitIntoComponentsThatCannotClimb) {
  EXPECT_THAT(image::split_name("./usr//bin/env/"), ElementsAre("usr", "bin", "env"));
  EXPECT_THAT(image::split_name("/etc"), ElementsAre("etc"));
  EXPECT_THAT(image::split_name("./"), IsEmpty());
  EXPECT_THAT(image::split_name("..."), ElementsAre("..."));
  for (const char* name : {"", "..", "a/../b", "../a", "/.."}) {
    EXPECT_THROW(image::split_name(name), image::BadArchive) << name;
  }
}

TEST(OverlayPlan, ListsTheTopLayerFirst) {
  const auto plan = image::plan_overlay({"/s/low", "/s/top"}, "/r/c", false);
  EXPECT_EQ(image::overlay_options(plan), "lowerdir=/s/top:/s/low,upperdir=/r/c/upper,workdir=/r/c/work");
  const auto temporary = image::plan_overlay({"/s/low"}, "/r/c", true);
  EXPECT_THAT(image::overlay_options(temporary), HasSubstr(",volatile"));
}

TEST(OverlayPlan, RefusesPathsThatAreOverlaySyntax) {
  EXPECT_THROW(image::overlay_options(image::plan_overlay({"/s/a:b"}, "/r/c", false)), std::invalid_argument);
  EXPECT_THROW(image::overlay_options(image::plan_overlay({"/s/a"}, "/r,ro/c", false)),
               std::invalid_argument);
  EXPECT_THROW(image::overlay_options(image::plan_overlay({}, "/r/c", false)), std::invalid_argument);
}

}  // namespace
