// See tables.h.
#include "bench/report/tables.h"

#include <algorithm>

namespace report {

namespace {

using nlohmann::json;

bool says_something(const Table& table) {
  // No measurement, but evidence, in a column for each platform that could be looked at.
  if (table.id == "isolation") return !table.columns.empty();
  return std::any_of(table.rows.begin(), table.rows.end(), [](const Row& row) {
    return std::any_of(row.lines.begin(), row.lines.end(), [](const Line& line) {
      return std::any_of(line.cells.begin(), line.cells.end(),
                         [](const Cell& cell) { return cell.kind == Kind::measured; });
    });
  });
}

json row_json(const Row& row) {
  json document = {{"name", row.name}, {"claims", row.claims}, {"lines", json::array()}};
  for (const Line& line : row.lines) {
    json cells = json::array();
    for (const Cell& cell : line.cells) {
      cells.push_back({{"kind", name_of(cell.kind)},
                       {"value", cell.value},
                       {"detail", cell.detail},
                       {"verdict", text_of(cell.verdict)},
                       {"from", cell.from}});
    }
    document["lines"].push_back({{"label", line.label}, {"cells", std::move(cells)}});
  }
  return document;
}

}  // namespace

std::vector<Table> tables(const Results& results) {
  std::vector<Table> all = {table_a(results), table_b(results),         table_c(results),
                            table_d(results), table_isolation(results), table_literature(results)};
  std::erase_if(all, [](const Table& table) { return !says_something(table); });
  return all;
}

json tables_json(const std::vector<Table>& tables) {
  json all = json::array();
  for (const Table& table : tables) {
    json document = {{"id", table.id},
                     {"title", table.title},
                     {"source", table.source},
                     {"columns", json::array()},
                     {"rows", json::array()}};
    for (const Column& column : table.columns)
      document["columns"].push_back({{"platform", column.platform}, {"title", column.title}});
    for (const Row& row : table.rows)
      document["rows"].push_back(row_json(row));
    all.push_back(std::move(document));
  }
  return all;
}

}  // namespace report
