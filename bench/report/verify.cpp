// See verify.h.
#include "bench/report/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>

#include "base/sys/file.h"
#include "bench/report/print.h"
#include "bench/report/tables.h"

namespace report {

namespace {

using nlohmann::json;
using Complaints = std::vector<std::string>;

void check_series(const Results& results, const json& document, Complaints& complaints) {
  std::set<std::string> names;
  for (std::size_t place = 0; place < results.series.size(); ++place) {
    const Series& one = results.series[place];
    const std::string name = name_of(one);
    if (!names.insert(name).second) complaints.push_back(fmt::format("{}: is there twice", name));
    if (results.platform(one.platform) == nullptr)
      complaints.push_back(fmt::format("{}: no platform of that name", name));
    if (!std::is_sorted(one.order.begin(), one.order.end(), std::less_equal<>()))
      complaints.push_back(
          fmt::format("{}: its values are not in the order in which they were measured", name));
    const json follows = summary_json(results.summary(one));
    const json written = document["series"][place].value("summary", json());
    if (written != follows)
      complaints.push_back(
          fmt::format("{}: the summary says {}, the samples say {}", name, written.dump(), follows.dump()));
  }
}

// A cell by the way to it, for whoever has to look it up.
void check_row(const std::string& table, const json& written, const json& follows, Complaints& complaints) {
  const std::string row = fmt::format("{}, row \"{}\"", table, follows["name"].get<std::string>());
  if (written.value("name", json()) != follows["name"] ||
      written.value("claims", json()) != follows["claims"])
    complaints.push_back(row + ": its name or claims are not this program's");
  const json lines = written.value("lines", json::array());
  for (std::size_t line = 0; line < follows["lines"].size(); ++line) {
    const json& expected = follows["lines"][line];
    const json found = line < lines.size() ? lines[line] : json::object();
    const json cells = found.value("cells", json::array());
    for (std::size_t cell = 0; cell < expected["cells"].size(); ++cell) {
      const json says = cell < cells.size() ? cells[cell] : json();
      if (says == expected["cells"][cell]) continue;
      complaints.push_back(fmt::format("{}, line \"{}\", cell {}: the file says {}, the samples say {}", row,
                                       expected["label"].get<std::string>(), cell + 1, says.dump(),
                                       expected["cells"][cell].dump()));
    }
  }
}

void check_tables(const Results& results, const json& document, Complaints& complaints) {
  if (!document.contains("tables")) return;  // a file that is older than its tables
  const json follows = tables_json(tables(results));
  const json& written = document["tables"];
  if (written == follows) return;
  const std::size_t before = complaints.size();
  for (std::size_t table = 0; table < follows.size() && table < written.size(); ++table) {
    const json rows = written[table].value("rows", json::array());
    for (std::size_t row = 0; row < follows[table]["rows"].size(); ++row)
      check_row(follows[table]["title"].get<std::string>(), row < rows.size() ? rows[row] : json::object(),
                follows[table]["rows"][row], complaints);
  }
  if (complaints.size() == before) complaints.emplace_back("tables: more or fewer than the samples give");
}

bool verify_one(const std::string& file) {
  const auto document = json::parse(sys::read_file(file), nullptr, false);
  Complaints complaints = complaints_about(document);
  std::string summary;
  if (complaints.empty()) {
    const Results results = from_json(document);
    const std::size_t slash = file.rfind('/');
    const std::string beside = (slash == std::string::npos ? "" : file.substr(0, slash + 1)) + "report.md";
    if (const auto text = sys::read_file_if_present(beside)) {
      complaints = complaints_about_report(results, *text);
      summary = ", report.md beside it";
    }
    const bool has_tables = document.contains("tables");
    summary = fmt::format(
        "{} series, {}{}: all follow from the samples", results.series.size(),
        has_tables ? fmt::format("{} tables", document["tables"].size()) : "no tables (older than they are)",
        summary);
  }
  for (const std::string& complaint : complaints)
    sys::write_all(1, fmt::format("{}: {}\n", file, complaint));
  if (complaints.empty()) sys::write_all(1, fmt::format("{}: {}\n", file, summary));
  return complaints.empty();
}

}  // namespace

std::vector<std::string> complaints_about(const json& document) {
  Complaints complaints;
  if (document.is_discarded()) return {"is not JSON"};
  try {
    const Results results = from_json(document);
    check_series(results, document, complaints);
    check_tables(results, document, complaints);
  } catch (const BadResults& error) {
    complaints.emplace_back(error.what());
  } catch (const json::exception& error) {
    complaints.push_back(fmt::format("a summary or a table is not of the schema: {}", error.what()));
  }
  return complaints;
}

std::vector<std::string> complaints_about_report(const Results& results, const std::string& report) {
  std::istringstream follows(markdown(results));
  std::istringstream written(report);
  std::string expected;
  std::string found;
  for (int line = 1;; ++line) {
    const bool more = static_cast<bool>(std::getline(follows, expected));
    const bool there = static_cast<bool>(std::getline(written, found));
    if (!more && !there) return {};
    if (more && there && expected == found) continue;
    return {
        fmt::format("report.md, line {}: it says '{}', the samples say '{}'; bench report writes it again",
                    line, there ? found : "", more ? expected : "")};
  }
}

int verify(const std::vector<std::string>& files) {
  bool all = true;
  for (const std::string& file : files)
    all = verify_one(file) && all;
  return all ? 0 : 1;
}

}  // namespace report
