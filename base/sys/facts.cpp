// See facts.h. Read while nobody listens to this process, so plain wrappers serve.
#include "base/sys/facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <sstream>

#include "base/sys/file.h"

namespace sys {

namespace {

using trace::add_fact;
using trace::Facts;

constexpr std::array<const char*, 8> kNamespaces = {"cgroup", "ipc",  "mnt",  "net",
                                                    "pid",    "time", "user", "uts"};
constexpr char kUnavailable[] = "unavailable";
constexpr std::size_t kDigestLength = 64;
constexpr std::size_t kShortDigest = 12;

std::optional<std::string> content(const std::string& path) {
  try {
    return read_file_if_present(path);
  } catch (const std::exception&) {
    // WHY: a process that ends meanwhile is ESRCH, one of another user EACCES; to a view both are "not to be seen".
    return std::nullopt;
  }
}

std::string link_target(const std::string& path) {
  try {
    return readlink(path);
  } catch (const std::exception&) {
    return kUnavailable;
  }
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::istringstream stream(content(path).value_or(""));
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(word);
  return words;
}

// Ids of 64 digits, of containers and layers, as Docker shortens them.
std::string shortened(const std::string& text) {
  std::string result;
  std::size_t digits = 0;
  for (const char character : text) {
    digits = std::isxdigit(static_cast<unsigned char>(character)) != 0 ? digits + 1 : 0;
    result += character;
    if (digits == kDigestLength) result.erase(result.size() - (kDigestLength - kShortDigest));
  }
  return result;
}

void add_namespaces(Facts& facts, const std::string& process) {
  for (const char* kind : kNamespaces)
    add_fact(facts, fmt::format("namespace {}", kind), link_target(fmt::format("{}/ns/{}", process, kind)));
  for (const char* place : {"root", "cwd"})
    add_fact(facts, place, shortened(link_target(fmt::format("{}/{}", process, place))));
}

std::string counted(const std::string& mask) {
  const int count = std::popcount(std::strtoull(mask.c_str(), nullptr, 16));
  return fmt::format("{} ({})", count, mask);
}

void add_credentials(Facts& facts, const std::string& process) {
  for (const std::string& line : lines_of(process + "/status")) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() < 2) continue;
    const std::string& name = words[0];
    const std::string values = fmt::format("{}", fmt::join(words.begin() + 1, words.end(), " "));
    if (name == "Uid:") add_fact(facts, "user ids", values);
    if (name == "Gid:") add_fact(facts, "group ids", values);
    if (name == "NSsid:") add_fact(facts, "session", values);
    if (name.starts_with("Cap")) add_fact(facts, "capabilities " + name.substr(3, 3), counted(words[1]));
    if (name == "NoNewPrivs:") add_fact(facts, "no_new_privs", values);
    if (name == "Seccomp:") add_fact(facts, "seccomp mode", values);
  }
  add_fact(facts, "oom_score_adj", fmt::format("{}", fmt::join(lines_of(process + "/oom_score_adj"), " ")));
}

// A line is "Max open files            1024                 4096                 files".
void add_limits(Facts& facts, const std::string& process) {
  constexpr std::size_t kName = 26;
  for (const std::string& line : lines_of(process + "/limits")) {
    if (!line.starts_with("Max ") || line.size() <= kName) continue;
    const std::vector<std::string> values = words_of(line.substr(kName));
    const std::string name = line.substr(4, line.find_last_not_of(' ', kName - 1) - 3);
    if (values.size() >= 2) add_fact(facts, "limit " + name, values[0] + " " + values[1]);
  }
}

void add_group_membership(Facts& facts, const std::string& process) {
  for (const std::string& line : lines_of(process + "/cgroup")) {
    const std::size_t name = line.find(':');
    const std::size_t path = line.find(':', name + 1);
    if (path == std::string::npos) continue;
    const std::string controllers = line.substr(name + 1, path - name - 1);
    add_fact(facts, "cgroup " + (controllers.empty() ? "v2" : controllers), shortened(line.substr(path + 1)));
  }
}

// The addresses stand in fib_trie as "|-- ADDRESS", the line before "/32 host LOCAL".
void add_network(Facts& facts, const std::string& process) {
  for (const std::string& line : lines_of(process + "/net/dev")) {
    const std::vector<std::string> words = words_of(line);
    if (!words.empty() && words[0].ends_with(':'))
      add_fact(facts, "link " + words[0].substr(0, words[0].size() - 1), "");
  }
  std::string address;
  for (const std::string& line : lines_of(process + "/net/fib_trie")) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() == 2 && words[0] == "|--") address = words[1];
    if (line.ends_with("/32 host LOCAL")) add_fact(facts, "address " + address, "");
  }
}

// SPEC: proc(5), mountinfo: id parent device root POINT OPTIONS [propagation...] - TYPE source super-options.
void add_mounts(Facts& facts, const std::string& process) {
  for (const std::string& line : lines_of(process + "/mountinfo")) {
    const std::vector<std::string> words = words_of(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 7 || words.end() - dash < 2) continue;
    std::string options = words[5];
    // Nearly every mount has it, and it isolates nothing.
    if (const auto usual = options.find(",relatime"); usual != std::string::npos) options.erase(usual, 9);
    std::string value = *(dash + 1) + " " + options;
    for (auto propagation = words.begin() + 6; propagation != dash; ++propagation)
      value += " " + propagation->substr(0, propagation->find(':'));
    if (words[3] != "/") value += ", of " + words[3];
    add_fact(facts, "mount " + shortened(words[4]), shortened(value));
  }
}

bool is_no_limit(const std::string& name, const std::string& value) {
  if (value.empty() || value.starts_with("max") || value.starts_with("-1")) return true;
  return value == "9223372036854771712" || (name == "cpu.shares" && value == "1024") ||
         (name == "cpu.weight" && value == "100");
}

std::string limits_in(const std::string& group) {
  std::vector<std::string> limits;
  for (const char* name : {"cpu.shares", "cpu.cfs_quota_us", "cpu.weight", "cpu.max", "memory.limit_in_bytes",
                           "memory.memsw.limit_in_bytes", "memory.max", "memory.swap.max", "pids.max"}) {
    std::string value = content(fmt::format("{}/{}", group, name)).value_or("");
    value = value.substr(0, value.find('\n'));
    if (!is_no_limit(name, value)) limits.push_back(fmt::format("{}={}", name, value));
  }
  return fmt::format("{}", fmt::join(limits, " "));
}

bool is_directory(const std::string& path) {
  try {
    const auto found = stat_if_present(path);
    return found && S_ISDIR(found->st_mode);
  } catch (const std::exception&) {
    return false;
  }
}

void add_groups_below(Facts& facts, const std::string& group, const std::string& shown) {
  std::vector<std::string> names;
  try {
    names = list_directory(group);
  } catch (const std::exception&) {
    return;  // removed meanwhile
  }
  for (const std::string& name : names) {
    if (name.find('.') != std::string::npos && !name.ends_with(".slice") && !name.ends_with(".scope") &&
        !name.ends_with(".service")) {
      continue;  // a control file
    }
    const std::string below = fmt::format("{}/{}", group, name);
    if (!is_directory(below)) continue;
    const std::string shown_below = fmt::format("{}/{}", shown, name);
    add_fact(facts, fmt::format("group {}", shortened(shown_below)), limits_in(below));
    add_groups_below(facts, below, shown_below);
  }
}

// One that has ended, and waits for its parent to ask, has no mounts any more.
bool is_contained(pid_t pid) {
  if (link_target(fmt::format("/proc/{}/ns/mnt", pid)) == kUnavailable) return false;
  return std::any_of(kNamespaces.begin(), kNamespaces.end(), [pid](const char* kind) {
    const std::string theirs = link_target(fmt::format("/proc/{}/ns/{}", pid, kind));
    return theirs != kUnavailable && theirs != link_target(fmt::format("/proc/self/ns/{}", kind));
  });
}

}  // namespace

Facts facts_of_process(pid_t pid) {
  Facts facts;
  const std::string process = fmt::format("/proc/{}", pid);
  add_namespaces(facts, process);
  add_credentials(facts, process);
  add_limits(facts, process);
  add_group_membership(facts, process);
  add_network(facts, process);
  add_mounts(facts, process);
  return facts;
}

Facts facts_of_groups() {
  Facts facts;
  for (const std::string& line : lines_of("/proc/self/mountinfo")) {
    const std::vector<std::string> words = words_of(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.end() - dash < 2 || !(dash + 1)->starts_with("cgroup")) continue;
    add_groups_below(facts, words[4], words[4].substr(words[4].rfind('/') + 1));
  }
  return facts;
}

std::optional<pid_t> contained_descendant(pid_t command) {
  const std::string children = fmt::format("/proc/{}/task/{}/children", command, command);
  for (const std::string& word : words_of(content(children).value_or(""))) {
    const pid_t child = static_cast<pid_t>(std::strtol(word.c_str(), nullptr, 10));
    if (is_contained(child)) return child;
    if (const auto below = contained_descendant(child)) return below;
  }
  return std::nullopt;
}

}  // namespace sys
