// Folders of the host in a guest, for real: both ways, read only where asked for, and nothing beyond the folder.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "base/sys/file.h"
#include "tests/vm/detached_fixture.h"

namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using vmtest::eventually;
using vmtest::run_program;

class VmShare : public vmtest::VmDetached {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "virtiofsd needs root";
    if (!sys::exists("/usr/lib/qemu/virtiofsd")) GTEST_SKIP() << "virtiofsd is not installed";
    VmDetached::SetUp();
    if (IsSkipped()) return;
    for (const std::string& one : {data_, closed_}) {
      sys::mkdir(one);
      sys::replace_file(one + "/file", "of the host\n");
    }
    sys::replace_file(path("secret"), "not shared\n");
    sys::symlinkat(path("secret"), AT_FDCWD, data_ + "/out");
    sys::symlinkat("../secret", AT_FDCWD, data_ + "/up");
  }
  // Of processes that serve a folder of this test's VM.
  std::string servers() const { return run_program({"pgrep", "-f", "source=" + folder()}).output; }

  const std::string data_ = path("data, with:a \"name\" = x");
  const std::string closed_ = path("closed");
};

class VmShareProfile : public VmShare, public testing::WithParamInterface<const char*> {};

TEST_P(VmShareProfile, IsReadAndWrittenAndNothingBeyondIsReached) {
  start({"--profile", GetParam(), "-v", data_ + ":/srv/data", "-v", closed_ + ":/closed:ro"},
        {"sleep", "300"});
  const auto in_guest = [&](const std::string& script) {
    return verb({"exec", name_, "--", "sh", "-c", script});
  };
  EXPECT_EQ(in_guest("cat /srv/data/file /closed/file").output, "of the host\nof the host\n");
  EXPECT_EQ(
      in_guest("echo of the guest > '/srv/data/new file' && busybox chown 1000:100 '/srv/data/new file'")
          .code,
      0);
  EXPECT_EQ(sys::read_file(data_ + "/new file"), "of the guest\n");
  EXPECT_EQ(sys::stat(data_ + "/new file").st_uid, 1000U) << "numbers pass as they are";
  sys::replace_file(data_ + "/later", "of the host, later\n");
  EXPECT_EQ(in_guest("cat /srv/data/later").output, "of the host, later\n");

  // The guest's root may mount it anew; it is the host's kernel that refuses.
  EXPECT_THAT(in_guest("mount -o remount,rw /closed; echo x > /closed/file").error,
              HasSubstr("Read-only file system"));
  EXPECT_EQ(sys::read_file(closed_ + "/file"), "of the host\n");
  for (const char* way : {"out", "up", "../secret", "../../secret"})
    EXPECT_THAT(in_guest("cat /srv/data/" + std::string(way)).output, IsEmpty()) << way;
  EXPECT_NE(in_guest("busybox mknod /srv/data/disk b 8 0").code, 0);
  EXPECT_EQ(run_program({"findmnt", "-n", "-R", folder()}).output, "") << "no mount in the host's namespace";

  EXPECT_NE(servers(), "");
  EXPECT_EQ(verb({"stop", "-t", "1", name_}).code, 0);
  EXPECT_TRUE(eventually([&] { return servers().empty(); }));
}

INSTANTIATE_TEST_SUITE_P(All, VmShareProfile, testing::Values("devices", "compat"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(VmShare, LeavesNoProcessWhoeverIsKilled) {
  start({"-v", data_ + ":/data"}, {"sleep", "300"});
  sys::kill_if_present(state().at("launcher").at("pid"), SIGKILL);
  EXPECT_TRUE(eventually([&] { return state().at("status") == "exited" && servers().empty(); })) << servers();
  ASSERT_EQ(verb({"start", name_}).code, 0);
  // Without an answer the guest would wait for ever; the VM ends instead.
  run_program({"pkill", "-KILL", "-o", "-f", "source=" + folder()});
  EXPECT_TRUE(eventually([&] { return state().at("status") == "exited"; }));
  EXPECT_EQ(servers(), "");
}

TEST_F(VmShare, WhatItsServerComplainsOfIsNotTheUsersConcern) {
  EXPECT_EQ(run({"-v", data_ + ":/data"}, {"true"}).error, run({}, {"true"}).error);
}

TEST_F(VmShare, WhatCannotBeSharedIsSaid) {
  EXPECT_THAT(run({"-v", path("nosuch") + ":/data"}, {"true"}).error, HasSubstr("no such folder"));
  EXPECT_THAT(run({"-v", path("secret") + ":/data"}, {"true"}).error, HasSubstr("no such folder"));
  EXPECT_THAT(run({"--profile", "tiny", "-v", data_ + ":/data"}, {"true"}).error,
              HasSubstr("no virtio, so the guest would see no shared folder"));
  EXPECT_THAT(run({"--connect", "qemu:///system", "-v", data_ + ":/data"}, {"true"}).error,
              HasSubstr("-v with --connect"));
}

}  // namespace
