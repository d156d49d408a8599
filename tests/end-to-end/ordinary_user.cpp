// See ordinary_user.h.
#include "tests/end-to-end/ordinary_user.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace e2e {

namespace {

constexpr const char* kPrograms[] = {"mini-container", "mini-runtime", "container-monitor", "container-init",
                                     "mini-registry"};

// The tree may stand in a folder that is closed to others, such as /root.
void copy_programs(const std::string& folder) {
  std::filesystem::create_directories(folder);
  for (const char* program : kPrograms)
    std::filesystem::copy(fmt::format("{}/{}", ISOLAB_BIN, program), folder);
}

}  // namespace

void OrdinaryUser::SetUp() {
  if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
  if (run({"sh", "-c", "command -v newuidmap && command -v setpriv"}).code != 0)
    GTEST_SKIP() << "newuidmap or setpriv is not installed: packages uidmap and util-linux";
  home_ = "/tmp/isolab-user-" + std::to_string(::getpid());
  std::filesystem::remove_all(home_);
  copy_programs(home_ + "/bin");
  std::ofstream(home_ + "/ids") << subordinate_ids_;
  start_world();
  const std::string prepare =
      "mkdir -m 700 " + home_ + "/run && chown -R nobody:nogroup " + home_ + " && mount --bind " + home_ +
      "/ids /etc/subuid && mount --bind " + home_ +
      "/ids /etc/subgid && "
      // As udev makes it; what pasta and slirp4netns open.
      "if test -d /dev/net; then mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200; fi";
  ASSERT_EQ(run(inside({"sh", "-c", prepare})).code, 0);
}

void OrdinaryUser::start_world() {
  sys::Pipe ready = sys::pipe();
  sys::SpawnOptions options;
  options.output = ready.write.get();
  std::vector<std::string> command = {"unshare", "--mount"};
  if (with_network_) command.emplace_back("--net");
  command.insert(command.end(), {"sh", "-c", "echo ready; exec sleep 300 >&-"});
  world_ = sys::spawn(command, options);
  ready.write.reset();
  ASSERT_EQ(sys::read_to_end(ready.read.get()), "ready\n");
}

void OrdinaryUser::TearDown() {
  if (!world_) return;
  EXPECT_EQ(mini({"reset", "-f"}).code, 0);
  EXPECT_EQ(leaks(), "");
  // The word of the programs for it is not enough: nothing that was started below this home may be left.
  EXPECT_TRUE(eventually([this] {
    return run({"pgrep", "-f", home_ + "/"}).code != 0;
  })) << run({"pgrep", "-a", "-f", home_ + "/"}).out;
  world_.kill(SIGKILL);
  world_.wait();
  std::filesystem::remove_all(home_);
}

std::vector<std::string> OrdinaryUser::inside(const std::vector<std::string>& command) const {
  std::vector<std::string> all = {"nsenter", "--target", std::to_string(world_.pid()), "--mount"};
  if (with_network_) all.emplace_back("--net");
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

Result OrdinaryUser::as_root(const std::string& script) const {
  return run(inside({"sh", "-c", script}));
}

Result OrdinaryUser::as_user(const std::vector<std::string>& command, const std::string& input) const {
  return run(user_command(command), input);
}

std::vector<std::string> OrdinaryUser::user_command(const std::vector<std::string>& command) const {
  std::vector<std::string> all = {"setpriv",
                                  "--reuid=nobody",
                                  "--regid=nogroup",
                                  "--clear-groups",
                                  "env",
                                  "-C",
                                  home_,
                                  "-u",
                                  "XDG_DATA_HOME",
                                  "-u",
                                  "MINI_CONTAINER_ROOT",
                                  "HOME=" + home_,
                                  "XDG_RUNTIME_DIR=" + home_ + "/run"};
  if (!path_.empty()) all.push_back("PATH=" + path_);
  all.insert(all.end(), command.begin(), command.end());
  return inside(all);
}

std::vector<std::string> OrdinaryUser::mini_command(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), home_ + "/bin/mini-container");
  return user_command(arguments);
}

Result OrdinaryUser::mini(std::vector<std::string> arguments, const std::string& input) const {
  return run(mini_command(std::move(arguments)), input);
}

std::string OrdinaryUser::leaks() const {
  const Result result = mini({"doctor", "--leaks"});
  return result.code == 0 ? "" : result.out + result.err;
}

void OrdinaryUser::import_image() const {
  const std::string tree = home_ + "/tree";
  const std::string make = "mkdir -p " + tree + "/bin " + tree + "/data && cd " + tree +
                           " && cp /bin/busybox bin/ && for name in sh cat stat ls id; do ln -s busybox "
                           "bin/$name; done && echo kept > data/file && chown -R 7:8 data && "
                           "tar -cf ../made.tar . && chmod 644 ../made.tar";
  ASSERT_EQ(run({"sh", "-c", make}).code, 0);
  const Result imported = mini({"import", home_ + "/made.tar", "made"});
  ASSERT_EQ(imported.code, 0) << imported.err;
}

}  // namespace e2e
