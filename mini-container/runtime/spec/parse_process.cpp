// See parse.h: the "process" object. Reads: OCI runtime-spec config.md (process).
#include "mini-container/runtime/spec/readers.h"

namespace spec {

void read(const Node& node, User& user) {
  node.get("uid", user.uid);
  node.get("gid", user.gid);
  node.get("umask", user.umask);
  node.get("additionalGids", user.additional_gids);
}

void read(const Node& node, Capabilities& capabilities) {
  node.get("bounding", capabilities.bounding);
  node.get("effective", capabilities.effective);
  node.get("inheritable", capabilities.inheritable);
  node.get("permitted", capabilities.permitted);
  node.get("ambient", capabilities.ambient);
}

void read(const Node& node, Rlimit& limit) {
  node.require("type", limit.type);
  node.require("soft", limit.soft);
  node.require("hard", limit.hard);
}

void read(const Node& node, ConsoleSize& size) {
  node.require("height", size.height);
  node.require("width", size.width);
}

void read(const Node& node, Scheduler& scheduler) {
  node.require("policy", scheduler.policy);
  node.get("nice", scheduler.nice);
  node.get("priority", scheduler.priority);
  node.get("flags", scheduler.flags);
  node.get("runtime", scheduler.runtime);
  node.get("deadline", scheduler.deadline);
  node.get("period", scheduler.period);
}

void read(const Node& node, IoPriority& priority) {
  node.require("class", priority.io_class);
  node.get("priority", priority.priority);
}

void read(const Node& node, CpuAffinity& affinity) {
  node.get("initial", affinity.initial);
  node.get("final", affinity.final);
}

void read(const Node& node, Process& process) {
  node.get("terminal", process.terminal);
  node.get("consoleSize", process.console_size);
  node.get("user", process.user);
  node.get("args", process.args);
  node.get("env", process.env);
  node.require("cwd", process.cwd);
  node.get("capabilities", process.capabilities);
  node.get("rlimits", process.rlimits);
  node.get("noNewPrivileges", process.no_new_privileges);
  node.get("oomScoreAdj", process.oom_score_adj);
  node.get("apparmorProfile", process.apparmor_profile);
  node.get("selinuxLabel", process.selinux_label);
  node.get("scheduler", process.scheduler);
  node.get("ioPriority", process.io_priority);
  node.get("execCPUAffinity", process.exec_cpu_affinity);
  node.refuse("commandLine", "a command line as one text is for Windows; Linux programs take args");
}

}  // namespace spec
