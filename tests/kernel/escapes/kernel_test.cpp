// Parts of the kernel that belong to the whole host, namespaces, and mounts: asked for from inside as root.
#include <filesystem>

#include "tests/kernel/escapes/fixture.h"

namespace {

using escapes::Default;
using escapes::Expected;
using escapes::kWorked;
using escapes::Output;

// ENOSYS: this kernel was built without it, so nobody has it.
const std::vector<Expected> kKernel = {
    {"bpf-map", {"EPERM"}, {kWorked, "ENOSYS"}},
    {"bpf-program", {"EPERM"}, {kWorked, "ENOSYS", "EINVAL"}},
    {"userfaultfd", {"EPERM", "ENOSYS"}, {kWorked, "ENOSYS"}},
    {"perf-of-a-processor", {"EPERM", "EACCES"}, {kWorked, "ENOENT", "ENOSYS"}},
    {"kexec", {"EPERM", "ENOSYS"}, {"EINVAL", "ENOSYS"}},
    {"kexec-file", {"EPERM", "ENOSYS"}, {"EINVAL", "ENOSYS"}},
    {"module-load", {"EPERM", "ENOSYS"}, {"ENOEXEC", "ENOSYS"}},
    {"module-load-file", {"EPERM", "ENOSYS"}, {"EBADF", "ENOSYS"}},
    {"module-unload", {"EPERM", "ENOSYS"}, {"ENOENT", "ENOSYS"}},
    {"iopl", {"EPERM", "ENOSYS"}, {kWorked, "ENOSYS"}},
    {"ioperm", {"EPERM", "ENOSYS"}, {kWorked, "ENOSYS"}},
    {"clock", {"EPERM"}, {"EINVAL"}},
    {"reboot", {"EPERM"}, {"EINVAL"}},
    {"kernel-log", {"EPERM"}, {"EINVAL"}},
    {"swap", {"EPERM"}, {"ENOENT"}},
    {"accounts", {"EPERM", "ENOSYS"}, {"ENOENT", "ENOSYS"}},
};

const std::vector<Expected> kNamespaces = {
    {"new-mounts", {"EPERM"}, {kWorked}},
    {"new-pids", {"EPERM"}, {kWorked}},
    {"new-network", {"EPERM"}, {kWorked}},
    {"new-ipc", {"EPERM"}, {kWorked}},
    {"new-uts", {"EPERM"}, {kWorked}},
    {"new-cgroups", {"EPERM"}, {kWorked}},
    {"enter-mounts", {"EPERM"}, {kWorked}},
    {"enter-network", {"EPERM"}, {kWorked}},
    {"enter-pids", {"EPERM"}, {kWorked}},
    // What lies above one's own pid namespace is never told, with whatever power.
    {"parent-of-pids", {"EPERM"}, {"EPERM"}},
};

const std::vector<Expected> kMounts = {
    {"mount", {"EPERM"}, {kWorked}},
    {"mount-proc", {"EPERM"}, {kWorked}},
    {"mount-cgroup", {"EPERM"}, {kWorked, "ENOENT", "EINVAL"}},  // no v1 memory controller on some
    {"remount-parameters", {"EPERM"}, {kWorked}},
    {"setattr-parameters", {"EPERM"}, {kWorked}},
    {"uncover-parameters", {"EPERM"}, {kWorked}},
    {"uncover-mask", {"EPERM"}, {kWorked}},
    {"open-tree", {"EPERM"}, {kWorked}},
    {"fsopen", {"EPERM"}, {kWorked}},
    {"pivot-root", {"EPERM"}, {"EBUSY"}},
    {"user-namespace-uncover", {"EPERM"}, {"EPERM"}},  // locked to whoever is root of another user namespace
};

// None of these is stopped by capabilities.
const std::vector<Expected> kUserNamespaces = {
    {"user-namespace", {"EPERM"}, {kWorked}},
    {"user-namespace-agent", {"EPERM"}, {"ENOENT", "EACCES", "EPERM"}},  // Linux 5.17 stops it as well
    {"user-namespace-limits", {"EPERM"}, {kWorked}},
};

class KernelEscapes : public escapes::Escape, public testing::WithParamInterface<Default> {};

TEST_P(KernelEscapes, NothingOfTheWholeKernelIsGiven) {
  escapes::expect_stopped(answers(GetParam(), "kernel"), kKernel);
}

TEST_P(KernelEscapes, NoNamespaceIsMadeOrEntered) {
  escapes::expect_stopped(answers(GetParam(), "namespaces"), kNamespaces);
}

TEST_P(KernelEscapes, NoMountIsMadeMovedOrTakenAway) {
  escapes::expect_stopped(answers(GetParam(), "namespaces"), kMounts);
}

TEST_P(KernelEscapes, AUserNamespaceGivesNoPower) {
  escapes::expect_stopped(answers(GetParam(), "namespaces"), kUserNamespaces);
}

TEST_P(KernelEscapes, ARootThatIsNoMountCannotBeClimbedOver) {
  escapes::expect_stopped(answers(GetParam(), "namespaces"), {{"chroot-climb", {"EPERM", "ENOENT"}, {}}});
}

INSTANTIATE_TEST_SUITE_P(, KernelEscapes, testing::Values(Default::spec, Default::engine),
                         [](const auto& which) { return escapes::name_of(which.param); });

// The same attempts where only the namespaces are left: that they work there says that they are real.
class KernelEscapesControl : public escapes::Escape {};

TEST_F(KernelEscapesControl, AttemptsReachTheKernelWhereNothingStopsThem) {
  escapes::expect_real(answers_without(escapes::tear_down_walls, "kernel"), kKernel);
}

TEST_F(KernelEscapesControl, NamespacesAndMountsAreChangedWithAllPowers) {
  const escapes::Answers answers = answers_without(escapes::tear_down_walls, "namespaces");
  escapes::expect_real(answers, kNamespaces);
  escapes::expect_real(answers, kMounts);
}

TEST_F(KernelEscapesControl, WithoutTheFilterAUserNamespaceLiftsLimits) {
  const auto no_filter = [](nlohmann::json& config) { config["linux"].erase("seccomp"); };
  const escapes::Answers answers = answers_without(no_filter, "namespaces");
  if (answers.at("user-namespace") != kWorked) GTEST_SKIP() << "this host gives nobody a user namespace";
  escapes::expect_real(answers, kUserNamespaces);
}

TEST_F(KernelEscapesControl, AChrootIsClimbedOver) {
  const auto bundle = escapes::spec_bundle(*host_, {});
  std::filesystem::copy_file(host_->lent() + "/attacks", bundle->rootfs("/attack/attacks"));
  const Output output =
      testing_bundle::run_program({"/bin/busybox", "chroot", bundle->rootfs(), "/attack/attacks",
                                   "namespaces", "only=chroot-climb", "secret=" + host_->secret()});
  EXPECT_EQ(output.text, "chroot-climb WORKED\nend\n") << output.errors;
}

}  // namespace
