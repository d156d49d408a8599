// `volume` and what containers do with volumes: who makes, fills, mounts and removes one, and who may not.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/screen.h"

namespace {

using e2e::Result;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class VolumeVerbs : public e2e::Containers {
 protected:
  std::string names(const std::vector<std::string>& filters = {}) const {
    std::vector<std::string> command = {"volume", "ls", "-q"};
    for (const std::string& filter : filters)
      command.insert(command.end(), {"-f", filter});
    return mini(command).out;
  }
  std::string data(const std::string& name) const { return root_ + "/store/volumes/" + name + "/_data"; }
  Result quick(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"--rm", "--network", "none"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_container(all);
  }
  // An image "filled" whose /in holds a file and that wants /own to be a volume.
  void make_image() const {
    EXPECT_EQ(run_container({"--name", "maker", "--network", "none", "busybox", "sh", "-c",
                             "mkdir /in /own; echo of the image >/in/file; echo own >/own/file"})
                  .code,
              0);
    EXPECT_EQ(mini({"commit", "-c", "VOLUME /own", "maker", "filled"}).code, 0);
    EXPECT_EQ(mini({"rm", "maker"}).code, 0);
  }
};

TEST_F(VolumeVerbs, MakeListInspectAndRemove) {
  EXPECT_EQ(mini({"volume", "create", "--label", "course=1", "--label", "plain", "data"}).out, "data\n");
  EXPECT_EQ(mini({"volume", "create", "data"}).out, "data\n") << "it is there, which is what was wanted";
  const std::string nameless = mini({"volume", "create"}).out;
  EXPECT_EQ(nameless.size(), 65U);
  EXPECT_THAT(mini({"volume", "ls"}).out, ContainsRegex("^DRIVER +VOLUME NAME\nlocal +"));
  const auto volume = nlohmann::ordered_json::parse(mini({"volume", "inspect", "data"}).out).at(0);
  EXPECT_EQ(volume["Name"], "data");
  EXPECT_EQ(volume["Driver"], "local");
  EXPECT_EQ(volume["Mountpoint"], data("data"));
  EXPECT_EQ(volume["Labels"], (nlohmann::ordered_json{{"course", "1"}, {"plain", ""}}));
  EXPECT_TRUE(volume["Options"].is_null());
  EXPECT_THAT(volume["CreatedAt"].get<std::string>(), ContainsRegex("^[-0-9]+T[:0-9]+Z$"));
  EXPECT_EQ(mini({"volume", "inspect", "-f", "{{.Scope}} {{.Labels.course}}", "data"}).out, "local 1\n");
  const Result some = mini({"volume", "inspect", "nosuch", "data"});
  EXPECT_EQ(some.code, 1);
  EXPECT_THAT(some.err, HasSubstr("No such volume: nosuch"));
  EXPECT_EQ(nlohmann::json::parse(some.out).size(), 1U) << "those that there are";
  EXPECT_EQ(mini({"volume", "inspect", "nosuch"}).out, "[]\n");
  const Result removed = mini({"volume", "rm", "nosuch", "data", nameless.substr(0, 64)});
  EXPECT_EQ(removed.code, 1);
  EXPECT_EQ(removed.out, "data\n" + nameless);
  EXPECT_THAT(removed.err, HasSubstr("No such volume: nosuch"));
  EXPECT_EQ(mini({"volume", "rm", "-f", "nosuch"}).code, 0);
  EXPECT_EQ(names(), "");
}

TEST_F(VolumeVerbs, RefuseWhatDockerRefuses) {
  EXPECT_THAT(mini({"volume", "create", "a/b"}).err,
              HasSubstr("create a/b: \"a/b\" includes invalid characters for a local volume name, only "
                        "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host "
                        "directory, use absolute path"));
  EXPECT_THAT(mini({"volume", "create", "a"}).err, HasSubstr("volume name is too short"));
  EXPECT_EQ(mini({"volume", "create", "..", "."}).code, 1);
  EXPECT_EQ(mini({"volume", "create", ".."}).code, 1);
  EXPECT_THAT(mini({"volume", "create", "-d", "nfs", "data"}).err,
              HasSubstr("create data: error looking up volume plugin nfs: plugin \"nfs\" not found"));
  EXPECT_THAT(mini({"volume", "create", "-o", "speed=9", "data"}).err,
              HasSubstr("create data: invalid option: \"speed\""));
  EXPECT_THAT(mini({"volume", "create", "-o", "type=tmpfs", "data"}).err,
              HasSubstr("create data: missing required option: \"device\""));
  EXPECT_EQ(quick({"-v", "we%rd:/data", "busybox", "true"}).code, 125);
  EXPECT_THAT(mini({"volume", "ls", "-f", "size=3"}).err, HasSubstr("invalid filter 'size'"));
  EXPECT_EQ(mini({"volume", "rm", "../containers"}).code, 1);
  EXPECT_EQ(names(), "");
}

TEST_F(VolumeVerbs, ListsAreFilteredAndFormatted) {
  mini({"volume", "create", "--label", "tier=db", "--label", "old", "one"});
  mini({"volume", "create", "--label", "tier=web", "two"});
  created({"-v", "two:/data", "busybox", "true"});
  EXPECT_EQ(names(), "one\ntwo\n");
  EXPECT_EQ(names({"dangling=true"}), "one\n");
  EXPECT_EQ(names({"dangling=false"}), "two\n");
  EXPECT_EQ(names({"label=tier"}), "one\ntwo\n");
  EXPECT_EQ(names({"label=tier=web"}), "two\n");
  EXPECT_EQ(names({"label=tier", "label=old"}), "one\n") << "all labels are asked";
  EXPECT_EQ(names({"name=w"}), "two\n");
  EXPECT_EQ(names({"name=one", "name=two"}), "one\ntwo\n");
  EXPECT_EQ(names({"driver=nfs"}), "");
  EXPECT_EQ(mini({"volume", "ls", "-f", "dangling=perhaps"}).code, 1);
  EXPECT_EQ(mini({"volume", "ls", "-f", "name=one", "--format", "{{.Labels}} {{.Mountpoint}}"}).out,
            "old=,tier=db " + data("one") + "\n");
  const auto json = nlohmann::json::parse(mini({"volume", "ls", "-f", "name=two", "--format", "json"}).out);
  EXPECT_EQ(json["Labels"], "tier=web");
  EXPECT_EQ(json["Scope"], "local");
}

TEST_F(VolumeVerbs, RmRefusesWhatAContainerHasWhateverItsState) {
  const std::string id = created({"--name", "holder", "-v", "held:/data", "busybox", "true"});
  mini({"volume", "create", "free"});
  const Result refused = mini({"volume", "rm", "held", "free"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(refused.out, "free\n") << "it goes on after an error";
  EXPECT_THAT(refused.err, HasSubstr("remove held: volume is in use - [" + id + "]"));
  EXPECT_EQ(mini({"volume", "rm", "-f", "held"}).code, 1) << "force is for volumes that are not there";
  EXPECT_EQ(mini({"start", "-a", "holder"}).code, 0);
  EXPECT_EQ(mini({"volume", "rm", "held"}).code, 1);
  EXPECT_EQ(mini({"rm", "holder"}).code, 0);
  EXPECT_EQ(mini({"volume", "rm", "held"}).out, "held\n");
}

TEST_F(VolumeVerbs, PruneTakesThoseWithoutANameUnlessToldAll) {
  mini({"volume", "create", "--label", "keep", "kept"});
  mini({"volume", "create", "named"});
  const std::string nameless = mini({"volume", "create"}).out;
  created({"--name", "holder", "-v", "held:/data", "-v", "/own", "busybox", "true"});
  e2e::Screen screen({ISOLAB_BIN "/mini-container", "--root", root_, "volume", "prune"}, e2e::kSmall);
  EXPECT_TRUE(screen.shows("This will remove anonymous local volumes not used by at least one container."));
  EXPECT_TRUE(screen.shows("[y/N] "));
  screen.type("n\n");
  EXPECT_EQ(screen.end(), 0);
  EXPECT_THAT(names(), HasSubstr(nameless));
  const std::string before = names();
  EXPECT_EQ(mini({"volume", "prune"}, "y\n").out,
            "WARNING! This will remove anonymous local volumes not used by at least one container.\n"
            "Are you sure you want to continue? [y/N] Deleted Volumes:\n" +
                nameless + "\nTotal reclaimed space: 0B\n");
  EXPECT_EQ(names().size(), before.size() - nameless.size());
  std::filesystem::resize_file(data("named") + "/../volume.json", 0);
  EXPECT_EQ(e2e::run({"sh", "-c", "head -c 1000 /dev/zero >" + data("named") + "/f"}).code, 0);
  EXPECT_EQ(mini({"volume", "prune", "-af", "--filter", "label!=keep"}).out,
            "Deleted Volumes:\nnamed\n\nTotal reclaimed space: 1kB\n")
      << "its files count, not its record";
  EXPECT_EQ(mini({"volume", "prune", "-af", "--filter", "label=other"}).out, "Total reclaimed space: 0B\n");
  EXPECT_EQ(mini({"volume", "prune", "-f", "--filter", "all=true"}).out,
            "Deleted Volumes:\nkept\n\nTotal reclaimed space: 0B\n");
  EXPECT_THAT(names(), HasSubstr("held\n"));
  EXPECT_THAT(mini({"system", "df"}).out, ContainsRegex("Local Volumes +2 +2 "));
  EXPECT_EQ(mini({"rm", "-v", "holder"}).code, 0);
  EXPECT_EQ(names(), "held\n") << "the one without a name went with its container";
}

TEST_F(VolumeVerbs, ThoseOfTheImageAreTheContainersOwn) {
  make_image();
  EXPECT_EQ(quick({"filled", "cat", "/own/file"}).out, "own\n");
  EXPECT_EQ(names(), "") << "--rm takes it";
  EXPECT_EQ(
      run_container({"--name", "first", "--network", "none", "filled", "sh", "-c", "echo x >/own/x"}).code,
      0);
  const auto mount = inspect("first")["Mounts"].at(0);
  EXPECT_EQ(mount["Type"], "volume");
  EXPECT_EQ(mount["Destination"], "/own");
  const std::string name = mount["Name"];
  EXPECT_EQ(mini({"volume", "inspect", "-f", "{{json .Labels}}", name}).out,
            "{\"com.docker.volume.anonymous\":\"\"}\n");
  EXPECT_EQ(quick({"--volumes-from", "first:ro", "filled", "cat", "/own/x"}).out, "x\n");
  EXPECT_EQ(names(), name + "\n") << "another container has it, so --rm left it";
  EXPECT_EQ(mini({"rm", "first"}).code, 0);
  // By its name it is the user's, and stays.
  EXPECT_EQ(quick({"-v", name + ":/own", "filled", "cat", "/own/x"}).out, "x\n");
  EXPECT_EQ(names({"dangling=true"}), name + "\n");
  EXPECT_EQ(quick({"--tmpfs", "/own", "filled", "ls", "/own"}).out, "");
  EXPECT_EQ(names(), name + "\n");
}

TEST_F(VolumeVerbs, AnEmptyOneIsFilledOnceAndWholeByHoweverMany) {
  make_image();
  mini({"volume", "create", "data"});
  created({"--name", "user", "--network", "none", "-v", "data:/in", "filled", "sh", "-c",
           "cat /in/file; rm /in/file"});
  EXPECT_EQ(mini({"start", "-a", "user"}).out, "of the image\n");
  EXPECT_EQ(mini({"start", "-a", "user"}).out, "") << "what it removed stays removed";
  const std::string program = ISOLAB_BIN "/mini-container";
  constexpr std::size_t kAtOnce = 5;
  std::vector<sys::Child> runs;
  while (runs.size() < kAtOnce) {
    runs.push_back(sys::spawn({program, "--root", root_, "run", "--rm", "--network", "none", "-v", "new:/in",
                               "filled", "cmp", "/in/file", "/in/file"}));
  }
  for (sys::Child& run : runs)
    EXPECT_EQ(run.wait().shell_code(), 0);
  EXPECT_EQ(quick({"-v", "new:/other", "busybox", "cat", "/other/file"}).out, "of the image\n");
}

TEST_F(VolumeVerbs, WithOptionsAreMountedWhileSomebodyUsesThem) {
  const auto mounted = [&] {
    return e2e::run({"grep", "-q", root_ + "/store/volumes", "/proc/self/mountinfo"}).code == 0;
  };
  EXPECT_EQ(mini({"volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", "-o", "o=size=1m,mode=1777",
                  "fast"})
                .code,
            0);
  EXPECT_EQ(mini({"volume", "inspect", "-f", "{{.Options.type}} {{.Options.o}}", "fast"}).out,
            "tmpfs size=1m,mode=1777\n");
  EXPECT_FALSE(mounted());
  detached({"--name", "one", "--network", "none", "-v", "fast:/data", "busybox", "sh", "-c",
            "echo shared >/data/word; sleep 1000"});
  EXPECT_TRUE(mounted());
  EXPECT_EQ(quick({"-v", "fast:/data", "busybox", "sh", "-c", "stat -f -c %T /data; cat /data/word"}).out,
            "tmpfs\nshared\n");
  EXPECT_TRUE(mounted()) << "the first still has it";
  EXPECT_EQ(mini({"rm", "-f", "one"}).code, 0);
  EXPECT_FALSE(mounted());
  EXPECT_EQ(quick({"-v", "fast:/data", "busybox", "ls", "/data"}).out, "") << "it was in memory";

  const std::string id = detached({"--network", "none", "-v", "fast:/data", "busybox", "sleep", "1000"});
  EXPECT_EQ(e2e::run({"pkill", "-KILL", "-f", "container-monitor id=" + id}).code, 0);
  EXPECT_TRUE(e2e::eventually([&] { return !leaks().empty(); }));
  mini({"ps"});
  EXPECT_FALSE(mounted()) << "the next command unmounts it";
  EXPECT_EQ(leaks(), "");

  std::filesystem::create_directory(root_ + "/shared");
  mini({"volume", "create", "-o", "type=none", "-o", "device=" + root_ + "/shared", "-o", "o=bind", "bound"});
  EXPECT_EQ(quick({"-v", "bound:/data", "busybox", "touch", "/data/there"}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(root_ + "/shared/there"));
  EXPECT_EQ(mini({"volume", "rm", "bound"}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(root_ + "/shared/there")) << "the volume went, not what it showed";

  mini({"volume", "create", "-o", "type=none", "-o", "device=/nosuch", "-o", "o=bind", "wrong"});
  const Result failed = quick({"-v", "wrong:/data", "busybox", "true"});
  EXPECT_EQ(failed.code, 125);
  EXPECT_THAT(failed.err,
              HasSubstr("error while mounting volume '" + data("wrong") + "': failed to mount local volume"));
  EXPECT_FALSE(mounted());
  EXPECT_EQ(leaks(), "");
}

TEST_F(VolumeVerbs, HaveEvents) {
  quick({"-v", "data:/data:ro", "busybox", "true"});
  mini({"volume", "rm", "data"});
  EXPECT_EQ(mini({"events", "--since", "1h", "--until", "0s", "-f", "volume=data", "--format",
                  "{{.Action}} {{.Actor.Attributes.driver}}"})
                .out,
            "create local\nmount local\nunmount local\ndestroy local\n");
  EXPECT_THAT(
      mini({"events", "--since", "1h", "--until", "0s", "-f", "type=volume", "-f", "event=mount"}).out,
      ContainsRegex("volume mount data \\(container=[0-9a-f]+, destination=/data, driver=local, "
                    "propagation=, read/write=false\\)"));
}

TEST_F(VolumeVerbs, RmNeverTakesOneThatARunBeginsWith) {
  const std::string program = ISOLAB_BIN "/mini-container";
  for (int attempt = 0; attempt < 10; ++attempt) {
    mini({"volume", "create", "race"});
    sys::Child run = sys::spawn({program, "--root", root_, "run", "--rm", "--network", "none", "-v",
                                 "race:/data", "busybox", "sh", "-c", "echo x >/data/x && cat /data/x"});
    // Somewhere in its beginning; at each place one or the other comes first.
    ::usleep(static_cast<useconds_t>(attempt * 1500));
    mini({"volume", "rm", "race"});
    EXPECT_EQ(run.wait().shell_code(), 0);
  }
  EXPECT_EQ(leaks(), "");
}

}  // namespace
