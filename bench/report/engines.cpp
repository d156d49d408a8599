// README.md of `bench engines`. See print.h.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/report/markdown.h"
#include "bench/report/print.h"
#include "bench/report/quantity.h"

namespace report {

namespace {

struct Comparison {
  std::string title;
  std::string workload, mode, metric;
  // The first is ours: what the others are compared with.
  std::vector<std::string> platforms;
};

const std::vector<std::string> kEngines = {"mini-container", "docker", "podman"};
const std::vector<std::string> kFull = {"mini-runtime", "floor", "crun", "runc"};
const std::vector<std::string> kLimited = {"mini-runtime-limited", "floor-limited", "crun-limited",
                                           "runc-limited"};
const std::vector<std::string> kPlain = {"mini-runtime-plain", "floor-plain", "bubblewrap", "crun-plain",
                                         "runc-plain"};
const std::vector<std::string> kWithVerbs = {"mini-runtime", "crun", "runc"};

std::string interval_of(const statistics::Summary& summary, const std::string& unit) {
  if (!summary.interval) return "too few";
  return fmt::format("{} to {}", readable(summary.interval->low, unit),
                     readable(summary.interval->high, unit));
}

std::string ratio_of(const Results& results, const Series& series, const Series* base) {
  if (base == nullptr || base == &series) return " | ";
  const auto ratio = statistics::ratio_of_medians(series.values, base->values, results.seed);
  std::string text = fmt::format("{:.2f} | ", ratio.value);
  if (ratio.interval) text += fmt::format("{:.2f} to {:.2f}", ratio.interval->low, ratio.interval->high);
  return text + (ratio.difference_seen ? "" : ": no difference seen");
}

std::string table_of(const Results& results, const Comparison& table) {
  const Series* base = results.find(table.platforms.front(), table.workload, table.mode, table.metric);
  std::string page = fmt::format("\n## {}\n\n", table.title);
  page += "| | median | 95 % interval | n | times ours | 95 % interval |\n|---|---|---|---|---|---|\n";
  for (const std::string& name : table.platforms) {
    const Series* series = results.find(name, table.workload, table.mode, table.metric);
    if (series == nullptr) {
      page += fmt::format("| {} | unavailable: {} | | | | |\n", name,
                          cell_text(results.why_missing(name, table.workload, table.mode)));
      continue;
    }
    const auto summary = results.summary(*series);
    page +=
        fmt::format("| {} | {} | {} | {} | {} |\n", name, readable(summary.median, series->unit),
                    interval_of(summary, series->unit), summary.samples, ratio_of(results, *series, base));
  }
  return page;
}

void add_starts(std::vector<Comparison>& tables) {
  for (const std::string mode : {"back-to-back", "paced"}) {
    const std::string how = mode == "paced" ? "after 150 ms of rest" : "back to back";
    tables.push_back({"Engines: `run --rm busybox echo ok`, " + how, "echo", mode, "to_exit", kEngines});
    tables.push_back(
        {"Runtimes, with five cgroup limits and Docker's seccomp profile: `run` of nothing, " + how,
         "nothing", mode, "to_exit", kFull});
    tables.push_back({"Runtimes, with five cgroup limits, without seccomp: `run` of nothing, " + how,
                      "nothing", mode, "to_exit", kLimited});
    tables.push_back({"Runtimes, without limits and seccomp: `run` of nothing, " + how, "nothing", mode,
                      "to_exit", kPlain});
  }
}

void add_verbs(std::vector<Comparison>& tables) {
  for (const std::string mode : {"back-to-back", "paced"}) {
    const std::string how = mode == "paced" ? "after 150 ms of rest" : "back to back";
    tables.push_back(
        {"`exec` of nothing into a running container, " + how, "exec", mode, "to_exit", kWithVerbs});
  }
  for (const std::string verb : {"create", "start", "delete"})
    tables.push_back({"`" + verb + "` by itself", "verbs", "", verb, kWithVerbs});
}

void add_many(std::vector<Comparison>& tables) {
  for (const std::string in_flight : {"2", "8", "32"}) {
    tables.push_back({"Throughput with " + in_flight + " starts in flight (more is better)", "throughput",
                      in_flight + " in flight", "starts", kFull});
  }
  for (const std::string running : {"10", "100", "500"}) {
    tables.push_back({"`run` of nothing with " + running + " containers running, back to back", "nothing",
                      running + " running", "to_exit", kFull});
  }
}

void add_containers(std::vector<Comparison>& tables) {
  const std::vector<std::pair<std::string, std::string>> commands = {
      {"run", "`run -d` of a program that waits"},
      {"exec", "`exec` of nothing into it"},
      {"stop", "`stop` of it, which ends on SIGTERM"},
      {"rm", "`rm` of it"}};
  for (const auto& [metric, title] : commands)
    tables.push_back({"Engines: " + title, "life", "", metric, kEngines});
  for (const std::string running : {"10", "200"}) {
    tables.push_back({"Engines: `ps` with " + running + " containers running", "list", running + " running",
                      "to_exit", kEngines});
  }
}

void add_images(std::vector<Comparison>& tables) {
  const std::vector<std::array<std::string, 4>> measures = {
      {"`pull` of five layers from a registry on the loopback", "pull", "to_exit", "to_disk"},
      {"`load` of the same image", "archive", "load", "load_to_disk"},
      {"`save` of it", "archive", "save", "save_to_disk"},
      {"`commit` of a container that wrote some files", "commit", "to_exit", "to_disk"},
      {"`import` of a tar of very many small files", "import", "to_exit", "to_disk"}};
  for (const auto& [title, workload, to_exit, to_disk] : measures) {
    tables.push_back({"Engines: " + title, workload, "", to_exit, kEngines});
    tables.push_back({"Engines: " + title + ", until the disk has it", workload, "", to_disk, kEngines});
  }
  tables.push_back({"Engines: what the store grows by with the image pulled", "pull", "", "grown", kEngines});
  tables.push_back({"Engines: the archive that `save` wrote", "archive", "", "saved", kEngines});
}

// Parts of the comparison that were not asked for give no tables.
bool was_measured(const Results& results, const Comparison& table) {
  const auto belongs = [&](const auto& one) {
    return one.workload == table.workload && one.mode == table.mode;
  };
  return std::any_of(results.series.begin(), results.series.end(), belongs) ||
         std::any_of(results.failures.begin(), results.failures.end(), belongs);
}

}  // namespace

std::string engines_markdown(const Results& results) {
  std::string page =
      "# Engines and runtimes\n\nFrom the request to the end of the command; all rows of a table in one run, "
      "in a "
      "random order. Medians, 95 % bootstrap intervals, and the ratio of each median to ours (the first "
      "row). The "
      "*floor* is a C++ program that makes only the kernel calls without which there is no such container "
      "(bench/floor).\n";
  std::vector<Comparison> tables;
  add_starts(tables);
  add_verbs(tables);
  add_many(tables);
  add_containers(tables);
  add_images(tables);
  for (const Comparison& table : tables) {
    if (was_measured(results, table)) page += table_of(results, table);
  }
  return page + fmt::format(
                    "\nPodman runs without a network, bubblewrap without a cgroup. \"Nothing\" is a program "
                    "that ends "
                    "at once.\n\n## Environment\n\n{}\nReproduce with `{}`.\n",
                    environment_list(results), results.command);
}

}  // namespace report
