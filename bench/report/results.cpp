// See results.h.
#include "bench/report/results.h"

#include <fmt/format.h>

#include "bench/report/tables.h"

namespace report {

namespace {

using nlohmann::json;

// A member of a results file, with the path that an error names.
class Member {
 public:
  Member(const json& value, std::string path) : value_(value), path_(std::move(path)) {}

  Member at(const std::string& key) const {
    if (!value_.is_object() || !value_.contains(key)) fail("has no member '" + key + "'");
    return {value_[key], path_.empty() ? key : path_ + "." + key};
  }
  std::vector<Member> items() const {
    if (!value_.is_array()) fail("is not an array");
    std::vector<Member> all;
    for (std::size_t index = 0; index < value_.size(); ++index)
      all.emplace_back(value_[index], fmt::format("{}[{}]", path_, index));
    return all;
  }
  template <class T>
  T as() const {
    try {
      return value_.get<T>();
    } catch (const json::exception& error) {
      fail(error.what());
    }
  }
  std::string text() const {
    if (!value_.is_string()) fail("is not a string");
    return value_.get<std::string>();
  }
  std::optional<std::string> optional_text() const {
    return value_.is_null() ? std::nullopt : std::optional(text());
  }
  double number() const {
    if (!value_.is_number()) fail("is not a number");
    return value_.get<double>();
  }
  const json& raw() const { return value_; }
  [[noreturn]] void fail(const std::string& what) const {
    throw BadResults(fmt::format("{}: {}", path_.empty() ? "the document" : path_, what));
  }

 private:
  const json& value_;
  std::string path_;
};

json or_null(const std::optional<std::string>& text) {
  return text ? json(*text) : json();
}

// Members of a platform that are plain texts, and those that may be unknown: once, for writing and reading.
constexpr std::pair<const char*, std::string PlatformFacts::*> kTexts[] = {
    {"name", &PlatformFacts::name},
    {"title", &PlatformFacts::title},
    {"technique", &PlatformFacts::technique},
    {"accelerator", &PlatformFacts::accelerator}};
constexpr std::pair<const char*, std::optional<std::string> PlatformFacts::*> kOptionalTexts[] = {
    {"unavailable", &PlatformFacts::unavailable},
    {"version", &PlatformFacts::version},
    {"kernel", &PlatformFacts::kernel}};

json platform_json(const PlatformFacts& facts) {
  const json bytes = facts.image_bytes ? json(*facts.image_bytes) : json();
  json platform = {{"image", {{"bytes", bytes}, {"what", facts.image_what}}}, {"isolation", facts.isolation}};
  for (const auto& [name, member] : kTexts)
    platform[name] = facts.*member;
  for (const auto& [name, member] : kOptionalTexts)
    platform[name] = or_null(facts.*member);
  return platform;
}

PlatformFacts platform_from(const Member& document) {
  PlatformFacts facts;
  for (const auto& [name, member] : kTexts)
    facts.*member = document.at(name).text();
  for (const auto& [name, member] : kOptionalTexts)
    facts.*member = document.at(name).optional_text();
  const Member bytes = document.at("image").at("bytes");
  if (!bytes.raw().is_null()) facts.image_bytes = bytes.as<std::uint64_t>();
  facts.image_what = document.at("image").at("what").text();
  facts.isolation = document.at("isolation").raw();
  return facts;
}

Series series_from(const Member& member) {
  Series series;
  series.platform = member.at("platform").text();
  series.workload = member.at("workload").text();
  series.mode = member.at("mode").text();
  series.metric = member.at("metric").text();
  series.unit = member.at("unit").text();
  for (const Member& value : member.at("values").items())
    series.values.push_back(value.number());
  series.order = member.at("order").as<std::vector<int>>();
  if (series.values.empty()) member.at("values").fail("is empty; a series without values is a failure");
  if (series.values.size() != series.order.size()) member.at("order").fail("is not as long as values");
  return series;
}

Failure failure_from(const Member& member) {
  return {member.at("platform").text(), member.at("workload").text(), member.at("mode").text(),
          member.at("reason").text(), member.at("count").as<int>()};
}

json preflight_json(const Preflight& preflight) {
  json findings = json::array();
  for (const Finding& finding : preflight.findings)
    findings.push_back({{"what", finding.what}, {"serious", finding.serious}});
  return {{"grade", preflight.grade}, {"findings", std::move(findings)}};
}

Preflight preflight_from(const Member& member) {
  Preflight preflight{member.at("grade").text(), {}};
  for (const Member& finding : member.at("findings").items())
    preflight.findings.push_back({finding.at("what").text(), finding.at("serious").as<bool>()});
  return preflight;
}

}  // namespace

json summary_json(const statistics::Summary& summary) {
  json interval;
  if (summary.interval) interval = {summary.interval->low, summary.interval->high};
  return {{"samples", summary.samples},
          {"median", summary.median},
          {"lower_quartile", summary.lower_quartile},
          {"upper_quartile", summary.upper_quartile},
          {"minimum", summary.minimum},
          {"maximum", summary.maximum},
          {"interval", interval}};
}

std::string name_of(const Series& series) {
  return fmt::format("{}/{}/{}/{}", series.platform, series.workload, series.mode, series.metric);
}

const PlatformFacts* Results::platform(const std::string& name) const {
  for (const PlatformFacts& facts : platforms) {
    if (facts.name == name) return &facts;
  }
  return nullptr;
}

std::string Results::environment_of(const std::string& key) const {
  const auto found = environment.find(key);
  return found == environment.end() ? "unknown" : found->second;
}

const Series* Results::find(const std::string& platform_name, const std::string& workload,
                            const std::string& mode, const std::string& metric) const {
  for (const Series& one : series) {
    if (one.platform == platform_name && one.workload == workload && one.mode == mode &&
        one.metric == metric) {
      return &one;
    }
  }
  return nullptr;
}

std::string Results::why_missing(const std::string& platform_name, const std::string& workload,
                                 const std::string& mode) const {
  const PlatformFacts* facts = platform(platform_name);
  if (facts == nullptr) return "not part of this run";
  if (facts->unavailable) return *facts->unavailable;
  // Measured, but without this quantity: a process has no cgroup of its own.
  for (const Series& one : series) {
    if (one.platform == platform_name && one.workload == workload && one.mode == mode) return "it has none";
  }
  for (const Failure& failure : failures) {
    if (failure.platform == platform_name && failure.workload == workload && failure.mode == mode) {
      return failure.reason;
    }
  }
  return "not measured in this run";
}

json to_json(const Results& results) {
  json document = {
      {"schema", kSchema},       {"schema_version", kSchemaVersion},   {"command", results.command},
      {"date", results.date},    {"commit", results.commit},           {"seed", results.seed},
      {"notes", results.notes},  {"environment", results.environment}, {"platforms", json::array()},
      {"series", json::array()}, {"failures", json::array()}};
  for (const PlatformFacts& facts : results.platforms)
    document["platforms"].push_back(platform_json(facts));
  for (const Series& one : results.series) {
    document["series"].push_back({{"platform", one.platform},
                                  {"workload", one.workload},
                                  {"mode", one.mode},
                                  {"metric", one.metric},
                                  {"unit", one.unit},
                                  {"values", one.values},
                                  {"order", one.order},
                                  {"summary", summary_json(results.summary(one))}});
  }
  if (results.preflight) document["preflight"] = preflight_json(*results.preflight);
  document["tables"] = tables_json(tables(results));
  for (const Failure& failure : results.failures) {
    document["failures"].push_back({{"platform", failure.platform},
                                    {"workload", failure.workload},
                                    {"mode", failure.mode},
                                    {"reason", failure.reason},
                                    {"count", failure.count}});
  }
  return document;
}

Results from_json(const json& document) {
  const Member top(document, "");
  if (top.at("schema").text() != kSchema) top.at("schema").fail("is not " + std::string(kSchema));
  if (top.at("schema_version").as<int>() > kSchemaVersion) {
    top.at("schema_version").fail("is newer than this program; use the one that wrote it");
  }
  Results results;
  results.command = top.at("command").text();
  results.date = top.at("date").text();
  results.commit = top.at("commit").text();
  results.seed = top.at("seed").as<std::uint64_t>();
  for (const Member& note : top.at("notes").items())
    results.notes.push_back(note.text());
  results.environment = top.at("environment").as<std::map<std::string, std::string>>();
  if (document.contains("preflight")) results.preflight = preflight_from(top.at("preflight"));
  for (const Member& member : top.at("platforms").items())
    results.platforms.push_back(platform_from(member));
  for (const Member& member : top.at("series").items())
    results.series.push_back(series_from(member));
  for (const Member& member : top.at("failures").items())
    results.failures.push_back(failure_from(member));
  return results;
}

}  // namespace report
