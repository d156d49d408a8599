// See targets.h.
#include "tests/fuzz/targets.h"

#include <stdexcept>

#include "mini-container/runtime/cgroup/plan.h"
#include "mini-container/runtime/namespaces/plan.h"
#include "mini-container/runtime/process/plan.h"
#include "mini-container/runtime/rootfs/plan.h"
#include "mini-container/runtime/security/capabilities.h"
#include "mini-container/runtime/security/seccomp.h"
#include "mini-container/runtime/spec/parse.h"
#include "mini-container/runtime/spec/validate.h"

namespace fuzz {

namespace {

// Every controller, so that every chapter of the resources is planned.
cgroup::Layout layout(bool v2) {
  if (v2) {
    return cgroup::parse_layout("30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/\n",
                                "cpuset cpu io memory hugetlb pids rdma\n");
  }
  return cgroup::parse_layout(
      "30 25 0:26 / /sys/fs/cgroup rw - cgroup cgroup "
      "rw,cpuset,cpu,blkio,memory,hugetlb,pids,rdma,net_cls,net_prio,devices,freezer\n",
      "1:cpu:/\n", "");
}

void plan(const spec::Config& config) {
  for (const bool v2 : {false, true}) {
    try {
      cgroup::describe(cgroup::plan(layout(v2), {config.linux.cgroups_path, config.linux.resources, false}));
    } catch (const spec::Invalid&) {
      // The other version is still to be tried.
    }
  }
  namespaces::describe(namespaces::plan(config));
  rootfs::describe(rootfs::plan({config, "/bundle", {}, false, true}));
  if (config.process)
    process::describe(
        process::plan(*config.process, config.linux.personality, config.linux.memory_policy, {true, true}));
}

}  // namespace

void config(std::string_view text) {
  try {
    const spec::Config config = spec::parse_config(text);
    spec::validate(config);
    plan(config);
  } catch (const spec::Invalid&) {
    // The answer to a document that is wrong.
  }
}

void process(std::string_view text) {
  try {
    const spec::Process process = spec::parse_process(text);
    spec::validate(process, "process");
    process::describe(process::plan(process, std::nullopt, std::nullopt, {true, true}));
    if (process.capabilities)
      security::plan_capabilities(*process.capabilities, security::all_capabilities(40));
  } catch (const spec::Invalid&) {
    // The answer to a document that is wrong.
  }
}

void seccomp(std::string_view text) {
  try {
    const std::string document = R"({"ociVersion":"1.2.0","root":{"path":"r"},"linux":{"namespaces":)"
                                 R"([{"type":"mount"}],"seccomp":)" +
                                 std::string(text) + "}}";
    const spec::Config config = spec::parse_config(document);
    spec::validate(config);
    if (config.linux.seccomp) security::compile_seccomp(*config.linux.seccomp);
  } catch (const spec::Invalid&) {
    // The answer to a document that is wrong.
  }
}

void run(const std::string& target, std::string_view text) {
  if (target == "config") return config(text);
  if (target == "process") return process(text);
  if (target == "seccomp") return seccomp(text);
  if (target == "reference") return reference(text);
  if (target == "template") return go_template(text);
  if (target == "instruction") return instruction(text);
  if (target == "archive") return archive(text);
  if (target == "challenge") return challenge(text);
  if (target == "manifest") return manifest(text);
  if (target == "agent") return agent(text);
  throw std::invalid_argument("no fuzz target " + target);
}

}  // namespace fuzz
