// See storm.h.
#include "tests/end-to-end/storm.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <fstream>

#include "base/sys/file.h"
#include "tests/end-to-end/containers.h"

namespace storm {

namespace {

using e2e::Result;
using Words = std::vector<std::string>;

// One of those at work: makes containers and removes them, one after the other, and notes what it saw in a file of its own.
class Worker {
 public:
  Worker(const Plan& plan, int number)
      : plan_(plan),
        number_(number),
        random_(plan.seed + static_cast<unsigned>(number)),
        notes_(fmt::format("{}/notes-{}", plan.root, number)) {}

  int work() {
    const int mine = plan_.containers / plan_.at_once + (number_ < plan_.containers % plan_.at_once ? 1 : 0);
    for (int round = 0; round < mine; ++round) {
      name_ = fmt::format("storm-{}-{}", number_, round);
      switch (random_() % (plan_.registry.empty() ? 4 : 5)) {
        case 0:
          in_the_foreground();
          break;
        case 1:
          in_the_background();
          break;
        case 2:
          created_first();
          break;
        case 3:
          committed();
          break;
        default:
          pulled();
          break;
      }
      notes_ << "ended" << std::endl;
    }
    return 0;
  }

 private:
  bool mini(const Words& words) {
    Words all = {ISOLAB_BIN "/mini-container", "--root", plan_.root};
    all.insert(all.end(), words.begin(), words.end());
    last_ = e2e::run(all);
    if (last_.code != 0) notes_ << "failed" << std::endl;
    return last_.code == 0;
  }
  void promise(bool kept, const std::string& what) {
    if (!kept) notes_ << "wrong " << name_ << ": " << what << std::endl;
  }
  // Asked until there is an answer: who asks may be killed, too.
  bool known(const Words& question) {
    while (!mini(question))
      if (last_.err.find("No such object") != std::string::npos ||
          last_.err.find("No such image") != std::string::npos)
        return false;
    return true;
  }
  bool there() { return known({"inspect", name_}); }
  // Until it is gone: the command that removes it may be killed, too.
  void remove() {
    for (int attempt = 0; attempt < 20 && there(); ++attempt) {
      if (mini({"rm", "-f", name_})) return promise(!there(), "rm went well, and it is still there");
    }
  }
  // The container writes its name to the volume that all share.
  Words script() const {
    return {"-v", "ledger:/ledger", "busybox", "sh", "-c", "echo " + name_ + " > /ledger/" + name_};
  }
  Words run(const Words& options) const {
    Words all = {"run", "--name", name_};
    all.insert(all.end(), options.begin(), options.end());
    const Words rest = script();
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
  }
  // Its program ended well: what it wrote must be in the volume for ever.
  void has_written() { notes_ << "written " << name_ << std::endl; }

  void in_the_foreground() {
    if (mini(run({"--rm"}))) {
      has_written();
      promise(!there(), "run --rm went well, and it is still there");
    }
    remove();
  }
  void in_the_background() {
    if (mini({"run", "-d", "--name", name_, "busybox", "sleep", "1000"})) mini({"exec", name_, "true"});
    remove();
  }
  void created_first() {
    Words create = run({"--network", "none"});
    create.front() = "create";
    if (mini(create)) {
      promise(there(), "create went well, and it is not there");
      if (mini({"start", "-a", name_})) has_written();
    }
    remove();
  }
  void committed() {
    if (mini(run({"--network", "none"})) && mini({"commit", name_, "storm:" + name_})) {
      promise(known({"image", "inspect", "storm:" + name_}), "commit went well, and there is no image");
      for (int attempt = 0; attempt < 20 && !mini({"rmi", "-f", "storm:" + name_}); ++attempt)
        if (last_.err.find("No such image") != std::string::npos) break;
    }
    remove();
  }
  void pulled() {
    if (mini({"pull", "-q", plan_.registry + "/box:1"}))
      mini({"run", "--rm", "--network", "none", "--name", name_, plan_.registry + "/box:1", "true"});
    mini({"rmi", plan_.registry + "/box:1"});
    remove();
  }

  const Plan& plan_;
  int number_;
  std::mt19937 random_;
  std::ofstream notes_;
  std::string name_;
  Result last_;
};

// Processes of this engine, by the name of their program.
std::vector<std::pair<pid_t, std::string>> processes_of(const std::string& root) {
  std::vector<std::pair<pid_t, std::string>> found;
  for (const std::string& name : sys::list_directory("/proc")) {
    if (std::isdigit(static_cast<unsigned char>(name.front())) == 0) continue;
    const std::string command = sys::read_file_if_present("/proc/" + name + "/cmdline").value_or("");
    const std::string program = command.substr(0, command.find('\0'));
    const std::string base = program.substr(program.rfind('/') + 1);
    const bool ours = base.starts_with("mini-") || base.starts_with("container-");
    if (ours && command.find(root) != std::string::npos) found.emplace_back(std::stoi(name), base);
  }
  return found;
}

// One kill every few milliseconds until all have done their work. Each kind of program is as likely to be hit, though
// there are many more command lines than monitors or runtimes.
void kill_at_random(const Plan& plan, std::vector<sys::Child>& workers, Outcome& outcome) {
  std::mt19937 random(plan.seed);
  const auto at_work = [&] {
    return std::any_of(workers.begin(), workers.end(), [](const sys::Child& one) {
      return sys::process_state(one.pid()).value_or('Z') != 'Z';
    });
  };
  while (at_work()) {
    ::usleep(static_cast<useconds_t>(5'000 + random() % 60'000));
    std::map<std::string, std::vector<pid_t>> by_name;
    for (const auto& [pid, name] : processes_of(plan.root))
      by_name[name].push_back(pid);
    if (by_name.empty()) continue;
    const auto& [name, pids] =
        *std::next(by_name.begin(), static_cast<std::ptrdiff_t>(random() % by_name.size()));
    if (::kill(pids[random() % pids.size()], SIGKILL) == 0) ++outcome.kills[name];
  }
}

void read_notes(const Plan& plan, int number, Outcome& outcome) {
  std::ifstream notes(fmt::format("{}/notes-{}", plan.root, number));
  for (std::string line; std::getline(notes, line);) {
    if (line == "ended") ++outcome.ended;
    if (line == "failed") ++outcome.failed;
    if (line.starts_with("wrong ")) outcome.wrong.push_back(line.substr(6));
    if (line.starts_with("written ")) outcome.written.push_back(line.substr(8));
  }
}

}  // namespace

Outcome rage(const Plan& plan) {
  Outcome outcome;
  std::vector<sys::Child> workers;
  workers.reserve(static_cast<std::size_t>(plan.at_once));
  for (int number = 0; number < plan.at_once; ++number)
    workers.push_back(sys::clone3({}, [&] { return Worker(plan, number).work(); }));
  kill_at_random(plan, workers, outcome);
  for (int number = 0; number < plan.at_once; ++number) {
    const int code = workers[static_cast<std::size_t>(number)].wait().shell_code();
    if (code != 0) outcome.wrong.push_back(fmt::format("worker {} ended with {}", number, code));
    read_notes(plan, number, outcome);
  }
  return outcome;
}

}  // namespace storm
