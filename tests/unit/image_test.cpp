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

TEST(Reference, TakesNamesTagsAndDigests) {
  const auto plain = image::parse_reference("busybox");
  EXPECT_EQ(plain.name, "busybox");
  EXPECT_EQ(plain.tag, "latest");
  const auto server = image::parse_reference("host.domain:5000/team/app_x:1.2-rc");
  EXPECT_EQ(server.name, "host.domain:5000/team/app_x");
  EXPECT_EQ(server.tag, "1.2-rc");
  const auto digest = image::parse_reference("app@" + kDigest);
  EXPECT_EQ(digest.tag, "");
  EXPECT_EQ(digest.digest, kDigest);
  for (const char* text : {"busybox:latest", "localhost/app:x", "host:5000/app:y", "a.b/c--d/e__f:1"}) {
    EXPECT_EQ(image::to_string(image::parse_reference(text)), text);
  }
}

TEST(Reference, RefusesWhatARegistryWouldRefuse) {
  for (const char* text :
       {"", ":tag", "app:", "App", "a//b", "a/", "/a", "-a", "a-", "a..b", "a___b", "app:-x", "app:a b",
        "app@md5:1", "app@sha256:12", "host:99999999/app", "../app", "app\n"}) {
    EXPECT_THROW(image::parse_reference(text), std::invalid_argument) << text;
  }
  EXPECT_THROW(image::parse_reference(std::string(256, 'a')), std::invalid_argument);
  EXPECT_THROW(image::parse_reference("a:" + std::string(129, 't')), std::invalid_argument);
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
      .env = {"A=1"}, .cmd = {"sh", "-c", "x"}, .entrypoint = {"/init"}, .working_dir = "/w", .user = "1:2"};
  made.diff_ids = {kDigest};
  const image::Image read = image::parse_config(image::config_json(made));
  EXPECT_EQ(image::config_json(read), image::config_json(made));
  EXPECT_THAT(read.config.cmd, ElementsAre("sh", "-c", "x"));
  EXPECT_EQ(read.config.user, "1:2");
}

TEST(Configuration, ToleratesNullsAndRefusesWhatIsMissing) {
  const std::string head =
      R"({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []})";
  EXPECT_THAT(image::parse_config(head + R"(, "config": {"Cmd": null, "Env": null}})").config.cmd, IsEmpty());
  EXPECT_THAT(image::parse_config(head + R"(, "config": null})").config.cmd, IsEmpty());
  EXPECT_THROW(image::parse_config("{}"), std::runtime_error);
  EXPECT_THROW(image::parse_config("not json"), std::runtime_error);
  EXPECT_THROW(image::parse_config(head + R"(, "config": {"Cmd": 7}})"), std::runtime_error);
}

TEST(Configuration, InspectHasDockersShape) {
  image::Image made;
  made.id = kDigest;
  made.names = {"busybox:latest"};
  made.config.cmd = {"sh"};
  const std::string json = image::inspect_json(made);
  for (const char* member :
       {"\"Id\"", "\"RepoTags\"", "\"Created\"", "\"Cmd\"", "\"RootFS\"", "\"Layers\"", "\"Size\""}) {
    EXPECT_THAT(json, HasSubstr(member));
  }
}

TEST(Age, IsToldAsAPersonWould) {
  const std::int64_t created = 1686355200;
  EXPECT_EQ(image::time_text(created), "2023-06-10T00:00:00Z");
  const auto age = [&](std::int64_t later) { return image::age("2023-06-10T00:00:00Z", created + later); };
  EXPECT_EQ(age(5), "less than a minute ago");
  EXPECT_EQ(age(60), "1 minute ago");
  EXPECT_EQ(age(47 * 3600LL), "47 hours ago");
  EXPECT_EQ(age(3 * 86400LL), "3 days ago");
  EXPECT_EQ(age(1000 * 86400LL), "2 years ago");
  EXPECT_EQ(image::age("long ago", created), "long ago");
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
