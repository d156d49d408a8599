// Capabilities and seccomp against the real kernel, each in a child that lives with the consequences.
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/process.h"
#include "mini-container/runtime/security/capabilities.h"
#include "mini-container/runtime/security/seccomp.h"

namespace {

// The exit status of `body` in a child; 99 when it throws.
sys::ExitStatus in_child(const std::function<int()>& body) {
  sys::Child child = sys::clone3({}, [&] {
    try {
      return body();
    } catch (const std::exception& error) {
      ::dprintf(2, "%s\n", error.what());
      return 99;
    }
  });
  return child.wait();
}

int errno_of(long result) {
  return result < 0 ? errno : 0;
}

spec::Seccomp profile(const std::string& default_action) {
  spec::Seccomp result;
  result.default_action = default_action;
  return result;
}

sys::ExitStatus under(const spec::Seccomp& seccomp, const std::function<int()>& body) {
  const security::SeccompFilter filter = security::compile_seccomp(seccomp);
  return in_child([&] {
    sys::set_no_new_privileges();
    security::load_seccomp(filter);
    return body();
  });
}

TEST(Seccomp, AnErrnoActionReturnsItsErrno) {
  spec::Seccomp seccomp = profile("SCMP_ACT_ALLOW");
  seccomp.syscalls = {{{"getppid"}, "SCMP_ACT_ERRNO", 38, {}},
                      {{"getuid"}, "SCMP_ACT_ERRNO", std::nullopt, {}}};
  EXPECT_EQ(under(seccomp, [] { return errno_of(::syscall(SYS_getppid)); }).code, ENOSYS);
  EXPECT_EQ(under(seccomp, [] { return errno_of(::syscall(SYS_getuid)); }).code, EPERM);
  EXPECT_EQ(under(seccomp, [] { return errno_of(::syscall(SYS_getgid)); }).code, 0);
}

TEST(Seccomp, ArgumentsDecide) {
  spec::Seccomp seccomp = profile("SCMP_ACT_ALLOW");
  // lseek with whence SEEK_END, or with an offset that has bit 4 set.
  seccomp.syscalls = {{{"lseek"}, "SCMP_ACT_ERRNO", 1, {{2, 2, 0, "SCMP_CMP_EQ"}}},
                      {{"lseek"}, "SCMP_ACT_ERRNO", 2, {{1, 16, 16, "SCMP_CMP_MASKED_EQ"}}}};
  const auto lseek = [](long offset, long whence) {
    return [=] {
      const long result = ::syscall(SYS_lseek, -1, offset, whence);
      return result < 0 ? errno : 0;
    };
  };
  EXPECT_EQ(under(seccomp, lseek(0, 2)).code, 1);
  EXPECT_EQ(under(seccomp, lseek(48, 0)).code, 2);
  EXPECT_EQ(under(seccomp, lseek(32, 0)).code, EBADF);
}

TEST(Seccomp, EveryOperatorComparesAsTheSpecificationSays) {
  struct Case {
    const char* op;
    std::vector<long> refused, allowed;
  };
  for (const Case& one : {Case{"SCMP_CMP_NE", {1, 3}, {2}}, Case{"SCMP_CMP_EQ", {2}, {1, 3}},
                          Case{"SCMP_CMP_LT", {0, 1}, {2, 3}}, Case{"SCMP_CMP_LE", {1, 2}, {3}},
                          Case{"SCMP_CMP_GE", {2, 3}, {1}}, Case{"SCMP_CMP_GT", {3, 1L << 40}, {1, 2}}}) {
    spec::Seccomp seccomp = profile("SCMP_ACT_ALLOW");
    seccomp.syscalls = {{{"lseek"}, "SCMP_ACT_ERRNO", 99, {{1, 2, 0, one.op}}}};
    const auto answer = [&](long offset) {
      return under(seccomp, [=] { return errno_of(::syscall(SYS_lseek, -1, offset, 0)); }).code;
    };
    for (const long offset : one.refused)
      EXPECT_EQ(answer(offset), 99) << one.op << " " << offset;
    for (const long offset : one.allowed)
      EXPECT_EQ(answer(offset), EBADF) << one.op << " " << offset;
  }
}

TEST(Seccomp, TwoConditionsOnOneArgumentAreAlternatives) {
  spec::Seccomp seccomp = profile("SCMP_ACT_ALLOW");
  seccomp.syscalls = {{{"lseek"}, "SCMP_ACT_ERRNO", 1, {{2, 1, 0, "SCMP_CMP_EQ"}, {2, 2, 0, "SCMP_CMP_EQ"}}}};
  for (const long whence : {1L, 2L}) {
    EXPECT_EQ(under(seccomp, [=] { return errno_of(::syscall(SYS_lseek, -1, 0L, whence)); }).code, 1)
        << whence;
  }
  EXPECT_EQ(under(seccomp, [] { return errno_of(::syscall(SYS_lseek, -1, 0L, 0L)); }).code, EBADF);
}

TEST(Seccomp, KillAndTrapEndTheProgramWithSigsys) {
  for (const char* action : {"SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP"}) {
    spec::Seccomp seccomp = profile("SCMP_ACT_ALLOW");
    seccomp.syscalls = {{{"getppid"}, action, std::nullopt, {}}};
    EXPECT_EQ(under(seccomp, [] { return errno_of(::syscall(SYS_getppid)); }).signal, SIGSYS) << action;
  }
}

TEST(Seccomp, AListOfWhatIsAllowedRefusesTheRest) {
  spec::Seccomp seccomp = profile("SCMP_ACT_ERRNO");
  seccomp.default_errno_ret = 77;
  seccomp.syscalls = {
      {{"exit", "exit_group", "getppid", "a_call_of_the_future"}, "SCMP_ACT_ALLOW", std::nullopt, {}}};
  EXPECT_EQ(under(seccomp, [] { return errno_of(::syscall(SYS_getppid)); }).code, 0);
  EXPECT_EQ(under(seccomp, [] { return errno_of(::syscall(SYS_getuid)); }).code, 77);
  EXPECT_THAT(security::compile_seccomp(seccomp).unknown_names, testing::ElementsAre("a_call_of_the_future"));
}

TEST(Seccomp, WithoutNoNewPrivilegesAnUnprivilegedProcessMayNotLoad) {
  const security::SeccompFilter filter = security::compile_seccomp(profile("SCMP_ACT_ALLOW"));
  if (::geteuid() != 0) GTEST_SKIP() << "changing the user needs root";
  EXPECT_EQ(in_child([&] {
              sys::setresuid(65534);
              try {
                security::load_seccomp(filter);
              } catch (const sys::Error& error) {
                return error.error();
              }
              return 0;
            }).code,
            EACCES);
}

class Capabilities : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "giving up capabilities needs root";
  }
};

TEST_F(Capabilities, RootKeepsWhatIsListedAndCanNeverGetMore) {
  spec::Capabilities wanted;
  wanted.bounding = wanted.permitted = wanted.effective = {"CAP_CHOWN", "CAP_KILL"};
  const auto plan = security::plan_capabilities(wanted, security::available_capabilities());
  const auto status = in_child([&] {
    security::limit_bounding(plan);
    security::apply_capabilities(plan);
    const std::string text = sys::read_file("/proc/self/status");
    const std::string expected =
        "CapInh:\t0000000000000000\nCapPrm:\t0000000000000021\nCapEff:\t0000000000000021\n"
        "CapBnd:\t0000000000000021\nCapAmb:\t0000000000000000\n";
    return text.find(expected) == std::string::npos ? 1 : 0;
  });
  EXPECT_EQ(status.code, 0);
}

TEST_F(Capabilities, AnotherUserHasThemThroughTheAmbientSet) {
  spec::Capabilities wanted;
  wanted.bounding = wanted.permitted = wanted.effective = wanted.inheritable =
      wanted.ambient = {"CAP_NET_BIND_SERVICE"};
  const auto plan = security::plan_capabilities(wanted, security::available_capabilities());
  const auto status = in_child([&] {
    security::limit_bounding(plan);
    sys::set_keep_capabilities(true);
    sys::setresuid(65534);
    security::apply_capabilities(plan);
    sys::execve("/bin/grep", {"grep", "-q", "CapEff:.0000000000000400", "/proc/self/status"}, {});
    return 1;
  });
  EXPECT_EQ(status.code, 0);
}

}  // namespace
