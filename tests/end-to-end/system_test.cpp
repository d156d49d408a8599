// The engine as a whole: what it takes of the disk, whether it is sound, what goes when nothing needs it; and layers
// looked at one by one.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class System : public e2e::Containers {
 protected:
  // An image "app" of two layers: the second adds 200 kB, changes a file of 100 kB and removes one.
  void make_app() const {
    const auto commit = [&](const std::string& from, const std::string& script, const std::string& to) {
      EXPECT_EQ(run_container({"--name", "maker", "--network", "none", from, "sh", "-c", script}).code, 0);
      EXPECT_EQ(mini({"commit", "maker", to}).code, 0);
      EXPECT_EQ(mini({"rm", "maker"}).code, 0);
    };
    commit("busybox",
           "head -c 100000 /dev/zero >/old; head -c 50000 /dev/zero >/gone; mkdir /d; echo x >/d/f", "base");
    commit("base", "rm /gone; rm -r /d; head -c 100001 /dev/zero >/old; head -c 200000 /dev/zero >/new",
           "app");
  }
};

TEST_F(System, DfCountsSharedLayersOnce) {
  make_app();
  const auto figures = [&] {
    return mini({"system", "df", "--format",
                 "{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}} {{.Reclaimable}}"})
        .out;
  };
  EXPECT_THAT(figures(), HasSubstr("Images 3 0 "));
  EXPECT_THAT(figures(), HasSubstr("Containers 0 0 0B 0B\n"));
  detached({"--name", "user", "-v", "kept:/v", "app", "sh", "-c",
            "head -c 10000 /dev/zero >/v/f; head -c 20000 /dev/zero >/w; sleep 1000"});
  EXPECT_TRUE(
      e2e::eventually([&] { return figures().find("Containers 1 1 20kB 0B (0%)") != std::string::npos; }));
  EXPECT_THAT(figures(), HasSubstr("Local Volumes 1 1 10kB 0B (0%)"));
  EXPECT_THAT(figures(), ContainsRegex("Images 3 1 [0-9.]+MB 0B \\(0%\\)"))
      << "app stands on the layers of the others";
  const std::string table = mini({"system", "df"}).out;
  EXPECT_THAT(table, ContainsRegex("^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages "));
  const std::string each = mini({"system", "df", "-v"}).out;
  EXPECT_THAT(each, HasSubstr("Images space usage:"));
  EXPECT_THAT(each, ContainsRegex("app +latest +[0-9a-f]{12} .* +300kB +1\n")) << "what only app has";
  EXPECT_THAT(each, ContainsRegex("kept +1 +10kB"));
}

TEST_F(System, InfoHasDockersMembers) {
  detached({"--name", "one", "busybox", "sleep", "1000"});
  EXPECT_EQ(mini({"info", "--format", "{{.Containers}} {{.ContainersRunning}} {{.Images}} {{.OSType}}"}).out,
            "1 1 1 linux\n");
  EXPECT_EQ(mini({"system", "info", "--format", "{{.KernelVersion}}"}).out, e2e::run({"uname", "-r"}).out);
  EXPECT_THAT(mini({"info"}).out, HasSubstr(" Containers: 1\n  Running: 1\n  Paused: 0\n"));
}

TEST_F(System, PruneTakesWhatNothingNeeds) {
  make_app();
  mini({"rmi", "base"});
  run_container({"--name", "ended", "-v", "/v", "-v", "named:/w", "busybox", "sh", "-c", "echo x >/v/x"});
  const std::string lost = inspect("ended")["Mounts"][0]["Name"];
  detached({"--name", "runs", "-v", "kept:/v", "app", "sleep", "1000"});
  const Result asked = mini({"system", "prune"}, "n\n");
  EXPECT_THAT(asked.out, HasSubstr("WARNING! This will remove:\n  - all stopped containers\n"));
  EXPECT_THAT(asked.out, Not(HasSubstr("Total reclaimed")));
  const Result first = mini({"system", "prune", "-f"});
  EXPECT_THAT(first.out, HasSubstr("Deleted Containers:\n"));
  EXPECT_THAT(first.out, HasSubstr("Total reclaimed space: "));
  EXPECT_TRUE(std::filesystem::exists(root_ + "/store/volumes/" + lost)) << "volumes only when asked";
  const Result all = mini({"system", "prune", "-af", "--volumes"});
  EXPECT_THAT(all.out, HasSubstr("Deleted Volumes:\n" + lost + "\n\n")) << "one with a name is somebody's";
  EXPECT_THAT(all.out, HasSubstr("untagged: busybox:latest"));
  EXPECT_FALSE(std::filesystem::exists(root_ + "/store/volumes/" + lost));
  EXPECT_TRUE(std::filesystem::exists(root_ + "/store/volumes/named"));
  EXPECT_TRUE(std::filesystem::exists(root_ + "/store/volumes/kept"));
  EXPECT_EQ(mini({"exec", "runs", "true"}).code, 0);
  EXPECT_EQ(mini({"system", "check"}).code, 0);
}

TEST_F(System, ResetForgetsEverything) {
  detached({"--name", "busy", "-v", "kept:/data", "busybox", "sleep", "1000"});
  EXPECT_THAT(mini({"system", "reset"}, "n\n").out, HasSubstr("WARNING! This will remove all containers"));
  EXPECT_THAT(mini({"ps"}).out, HasSubstr("busy"));
  EXPECT_EQ(mini({"system", "reset"}, "y\n").code, 0);
  EXPECT_EQ(mini({"ps", "-aq"}).out + mini({"volume", "ls", "-q"}).out + mini({"images", "-q"}).out, "");
  EXPECT_EQ(leaks(), "");
}

TEST_F(System, CheckFindsWhatIsBrokenAndWhatIsMissing) {
  make_app();
  run_container({"--name", "user", "--network", "none", "app", "true"});
  const Result sound = mini({"system", "check"});
  EXPECT_EQ(sound.code, 0) << sound.out;
  EXPECT_THAT(sound.out, ContainsRegex("3 names of images, 3 layers, [0-9]+ blobs, 1 containers: sound"));
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator(root_ + "/store/oci/blobs/sha256"))
    if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) largest = entry.path();
  const std::string kept = root_ + "/kept";
  std::filesystem::copy_file(largest, kept);
  std::fstream(largest, std::ios::in | std::ios::out | std::ios::binary) << "one bit is enough";
  const Result broken = mini({"system", "check"});
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.out, HasSubstr("blob sha256:" + largest.filename().string() + " has the content of"));
  std::filesystem::remove(largest);
  EXPECT_THAT(mini({"system", "check"}).out, HasSubstr("which is not there"));
  std::filesystem::rename(kept, largest);
  const std::filesystem::path layer = std::filesystem::directory_iterator(root_ + "/store/layers")->path();
  std::filesystem::rename(layer, kept);
  EXPECT_THAT(mini({"system", "check"}).out, HasSubstr("is not unpacked"));
  std::filesystem::rename(kept, layer);
  mini({"rmi", "-f", "app"});
  EXPECT_EQ(mini({"system", "check"}).code, 0);
}

TEST_F(System, ImageTreeShowsWhatEachLayerHides) {
  make_app();
  const std::string tree = mini({"image", "tree", "app"}).out;
  EXPECT_THAT(
      tree, ContainsRegex("├─ sha256:[0-9a-f]{12} +300kB  adds 1, changes 1, removes 2; hides 150kB below"));
  EXPECT_THAT(tree, ContainsRegex("150kB of [0-9.]+MB are wasted"));
  EXPECT_THAT(mini({"image", "tree", "busybox"}).out, HasSubstr("no layer changes or removes"));
  const std::string rows =
      mini({"image", "tree", "--format", "{{.Added}} {{.Changed}} {{.Removed}} {{.Hides}}", "app"}).out;
  EXPECT_THAT(rows, testing::StartsWith("1 1 2 150kB\n3 0 0 0B\n"));
  EXPECT_EQ(mini({"image", "tree", "nosuch"}).code, 1);
}

TEST_F(System, VersionIsOneForClientAndServer) {
  EXPECT_THAT(mini({"version"}).out, ContainsRegex("Client:\n Version: +[0-9.]+\n(.*\n)*\nServer:\n"));
  const std::string versions = mini({"version", "--format", "{{.Client.Version}} {{.Server.Version}}"}).out;
  const std::string one = versions.substr(0, versions.find(' '));
  EXPECT_EQ(versions, one + " " + one + "\n");
  EXPECT_THAT(mini({"--version"}).out, HasSubstr(one));
}

TEST_F(System, ImageDiffComparesLayersAndFiles) {
  make_app();
  const std::string text = mini({"image", "diff", "base", "app"}).out;
  EXPECT_THAT(text, ContainsRegex("shared: 2 layers, [0-9.]+MB\nonly in base:latest: 0 layers, 0B\n"
                                  "only in app:latest: 1 layers, 300kB\n"));
  EXPECT_THAT(text, HasSubstr("D /d\nD /d/f\n"));
  EXPECT_THAT(text, HasSubstr("D /gone\nA /new\nC /old\n"));
  EXPECT_THAT(text, Not(HasSubstr("/bin")));
}

TEST_F(System, InspectMergedShowsWhatWasCopiedUp) {
  make_app();
  run_container(
      {"--name", "user", "--network", "none", "app", "sh", "-c", "echo more >>/old; rm /new; echo x >/mine"});
  const std::string text = mini({"inspect", "--merged", "user"}).out;
  EXPECT_THAT(text, HasSubstr("/user: 3 layers of app, and a directory of its own above them\n"));
  EXPECT_THAT(text, HasSubstr("C /old  100kB copied up, 100kB hidden in sha256:"));
  EXPECT_THAT(text, HasSubstr("D /new  200kB hidden in sha256:"));
  EXPECT_THAT(text, Not(HasSubstr("/mine"))) << "it hides nothing";
}

}  // namespace
