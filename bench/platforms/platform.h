// A platform: a place where a program can run, and the command of the host that runs it there.
//
// The same static program runs on all, so what differs between two platforms is the isolation. A platform that
// this host lacks says why in words for the report. Reads: docs/architecture.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/platforms/instance.h"
#include "bench/platforms/timed_run.h"

namespace bench {

// The columns of the course's table.
enum class Technique { process, container, vm };
std::string name_of(Technique technique);

struct ImageSize {
  std::optional<std::uint64_t> bytes;
  std::string what;  // that was counted, or why nothing could be
};

class Platform {
 public:
  virtual ~Platform() = default;

  virtual std::string name() const = 0;  // "crun"; unique, and part of the results' schema
  virtual std::string title() const { return name(); }
  virtual Technique technique() const { return Technique::container; }
  virtual std::string accelerator() const { return "none"; }
  // Makes ready what a first run needs (a daemon, an image). Returns why this host cannot, or "".
  virtual std::string prepare() = 0;
  virtual std::string version() { return {}; }

  // The command of the host that runs `arguments` in a new instance that is gone afterwards. "workload" as the
  // program means the workload program, wherever the platform has it.
  virtual Arguments command(const Arguments& arguments) = 0;
  virtual Run run(const Arguments& arguments) { return timed_run(command(arguments), deadline()); }
  // The same with so many shares of the CPU (1024 are the default), beside others that this gave a command for;
  // nothing where a platform has none to give. Reads: cgroups(7).
  virtual std::optional<Arguments> command_with_shares(const Arguments&, int /*shares*/) {
    return std::nullopt;
  }
  // So many instances may be there at the same time from now on.
  virtual void expect_together(int) {}
  virtual std::chrono::seconds deadline() const { return std::chrono::seconds(20); }

  // A file that the workload can write to, on the file system that a program would get without asking.
  virtual std::string scratch_file() const { return "/workload.tmp"; }
  // run() of a program that writes to scratch_file(). WHY apart: a virtual machine has a disk only if it is given one, and
  // to boot with it takes longer.
  virtual Run run_writing(const Arguments& arguments) { return run(arguments); }
  // False for what says nothing about this platform that another does not say already.
  virtual bool measured_by(const std::string& /*workload*/) const { return true; }
  virtual ImageSize image_size() = 0;
  std::unique_ptr<Instance> start_idle();
  // Stands on the command line of an idle instance of this run.
  static std::string instance_name();
};

// prepare(), and then one trial run: what cannot run a program that does nothing is not usable. Returns why.
std::string why_unusable(Platform& platform);

// The program `name` in PATH, or "".
std::string find_program(const std::string& name);
// A program of this project: in the folder of this one.
std::string sibling_program(const std::string& name);
// The first line that "`program` --version" prints; "" if it prints none.
std::string version_of(const std::string& program);
// Bytes of the regular files under `folder`, each inode once.
std::uint64_t bytes_under(const std::string& folder);

}  // namespace bench
