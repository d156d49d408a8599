// The isolation matrix: for each platform and each resource, what a program inside has for itself, shares with the host,
// or may reach. Not a table of the lectures, but the evidence behind Table A's rows on isolation and security.
// Reads: namespaces(7), capabilities(7), proc(5).
#include <fmt/format.h>

#include "bench/report/lines.h"
#include "bench/report/tables.h"

namespace report {

namespace {

using nlohmann::json;

Cell namespace_of(const PlatformFacts& facts, const char* kind) {
  return seen_inside(facts, [&](const json& isolation) {
    if (facts.technique == "vm") return evidence("own", "with its kernel");
    const json inside = isolation.value("namespaces", json::object()).value(kind, json());
    const json host = isolation.value("host_namespaces", json::object()).value(kind, json());
    if (inside.is_null() || host.is_null()) return unavailable("its namespaces cannot be seen");
    return evidence(inside == host ? "the host's" : "own");
  });
}

// A file that leads to the host, tried with open(2).
Cell opened(const json& isolation, const char* path) {
  const auto tried = isolation.find("opens");
  if (tried == isolation.end() || !tried->contains(path)) return unavailable("not tried in this run");
  const json& answer = tried->at(path);
  if (answer.is_null()) return evidence("not there");
  return evidence(answer.get<bool>() ? "opens" : "refused");
}

Cell number_of(const json& isolation, const char* key) {
  const auto found = isolation.find(key);
  if (found == isolation.end() || !found->is_number()) return unavailable("cannot be seen from inside");
  return evidence(found->dump());
}

}  // namespace

Table table_isolation(const Results& results) {
  Table table{"isolation", "Isolation, seen from inside", "none; the evidence for Table A", {}, {}};
  for (const PlatformFacts& facts : results.platforms) {
    if (!facts.unavailable && facts.isolation.is_object())
      table.columns.push_back(column_of(results, facts.name, facts.title));
  }
  const Lines lines(results, table.columns);
  Row row{"what a program has to itself", std::vector<std::string>(table.columns.size()), {}};
  constexpr std::pair<const char*, const char*> kNamespaces[] = {
      {"mounts", "mnt"},    {"process ids", "pid"}, {"network", "net"},        {"System V IPC", "ipc"},
      {"host name", "uts"}, {"users", "user"},      {"cgroup root", "cgroup"}, {"clocks since boot", "time"}};
  for (const auto& [label, kind] : kNamespaces)
    row.lines.push_back(
        lines.facts(label, [kind = kind](const PlatformFacts& facts) { return namespace_of(facts, kind); }));
  row.lines.push_back(lines.text_inside("kernel", "kernel"));
  table.rows.push_back(std::move(row));
  Row reach{"what it can reach", std::vector<std::string>(table.columns.size()), {}};
  for (const auto& [label, path] :
       {std::pair("kernel log (/dev/kmsg)", "/dev/kmsg"),
        std::pair("kernel memory (/proc/kcore)", "/proc/kcore"),
        std::pair("settings of the kernel (/proc/sys)", "/proc/sys/kernel/domainname"),
        std::pair("SysRq (/proc/sysrq-trigger)", "/proc/sysrq-trigger")})
    reach.lines.push_back(
        lines.inside(label, [path = path](const json& isolation) { return opened(isolation, path); }));
  reach.lines.push_back(
      lines.inside("names in /dev", [](const json& seen) { return number_of(seen, "devices"); }));
  reach.lines.push_back(
      lines.inside("processes", [](const json& seen) { return number_of(seen, "visible_processes"); }));
  reach.lines.push_back(lines.inside("privileges of root", privileges));
  table.rows.push_back(std::move(reach));
  return table;
}

}  // namespace report
