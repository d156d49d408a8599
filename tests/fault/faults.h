// Fault injection, shared by the tests of this folder: the k-th kernel call of one side of a command fails, and what is
// left on the host is looked at afterwards. A sink injects the errno (base/trace/sink.h); memory that all processes of a
// test share tells it what to fail, so it also reaches a container that an earlier command made.
#pragma once

#include <gmock/gmock.h>

#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include "base/sys/process.h"
#include "mini-container/runtime/cgroup/layout.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "tests/support/bundle.h"

namespace fault {

// The call of this number, from 1, which the process of this role makes, fails with `error`.
struct Fault {
  trace::Role role = trace::Role::runtime;
  int which = 0;
  int error = EIO;
};

// What the sink is asked to do, and what it did.
struct Told {
  bool armed;
  Fault fault;
  int calls;       // of the role, since armed
  char last[64];   // the name of the container's latest, armed or not
  char name[64];   // of the call that failed; "" if none did
  char call[256];  // the same with its arguments
  bool hit() const { return name[0] != '\0'; }
};

// A Told in memory that survives clone(2) as the same memory.
class SharedTold {
 public:
  SharedTold();
  ~SharedTold();
  SharedTold(const SharedTold&) = delete;
  SharedTold& operator=(const SharedTold&) = delete;
  Told& operator*() const { return *memory_; }
  Told* operator->() const { return memory_; }

 private:
  Told* memory_;
};

// How a command ended.
struct Round {
  std::string message;    // of the exception; "" if it returned
  std::string warnings;   // one a line
  std::string leaked;     // descriptors that it left open in its process, one a line
  sys::ExitStatus ended;  // of that process: not 0 if it crashed or hung
};

// A command, and what holds around it. The last three say what is wrong, "" if nothing is.
struct Subject {
  std::function<void()> before;  // brings the container to where the command finds it
  std::function<void()> command;
  std::function<std::string()> unfinished;  // after success: what a whole one would have done
  std::function<std::string()> unsound;     // after failure
};

// Which side's calls fail, and how.
struct Given {
  trace::Role role;
  int error;
};
std::ostream& operator<<(std::ostream& out, const Given& given);
std::string name_of(const testing::TestParamInfo<Given>& given);
// Both sides; EIO for any failure, EINTR for those that a program is tempted to treat as none.
extern const std::vector<Given> kBothSides, kRuntimeSide;

// A bundle and an id for one container, and the rounds. After each of them `delete --force` must leave nothing.
class Faults : public testing::TestWithParam<Given> {
 protected:
  void SetUp() override;

  // Besides what every document asks for: a user namespace with a device lent to it, and with a volume below a directory that
  // is closed to it; a filter that asks a listener; a score and a memory policy.
  void ask_for_more();
  // Takes what the filters have sent to that listener, and drops it.
  void forget_questions() const;

  // A round for every k until there are no further calls; `least` of them must have been there.
  void fail_every_call(const Subject& subject, int least);
  // In a process of its own, so that a fault cannot reach the test itself.
  Round with_fault(const Fault& fault, const std::function<void()>& command);
  Round without_fault(const std::function<void()>& command);
  void disarm() const { told_->armed = false; }

  // Mounts, control groups, state, processes; "" if nothing is left. Not while a container is meant to live.
  std::string left_over() const;
  // The container's: "created", ..., or "none".
  std::string status() const;
  // Waits, for what goes on after a command returned. False if it does not come to hold.
  static bool comes(const std::function<bool()>& condition);

  std::string root() const { return bundle_.path() + "/state"; }
  lifecycle::LaunchOptions launch_options() const;

  std::string id_ = "isolab-fault-" + std::to_string(::getpid());
  testing_bundle::Bundle bundle_{"exec sleep 1000"};
  SharedTold told_;
  std::string usual_warning_;  // how one begins that the document earns without any fault; "" for none

 private:
  Round in_a_process(const std::function<void()>& command);
  // False if there is no such call.
  bool fail_call(int which, const Subject& subject);
  void must_do(const std::string& what, const std::function<void()>& command);

  sys::UniqueFd decider_;  // listens for the filter's messages
  cgroup::Layout layout_;
  std::vector<std::string> mounts_;
  int absorbed_ = 0;
};

}  // namespace fault
