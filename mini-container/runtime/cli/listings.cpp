// See listings.h. Columns and JSON are those of runc, which scripts read.
#include "mini-container/runtime/cli/listings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cli {

namespace {

using Row = std::array<std::string, 6>;

Row row_of(const spec::ListedContainer& container) {
  const auto& [state, status] = container;
  const pid_t pid = status == spec::Status::stopped ? 0 : state.pid;
  return {state.id,     fmt::format("{}", pid), std::string(name_of(status)),
          state.bundle, state.created,          state.owner};
}

std::string aligned(const std::vector<Row>& rows) {
  constexpr std::size_t kNarrowest = 9;
  constexpr std::size_t kGap = 3;
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  widths.fill(kNarrowest);
  for (const Row& row : rows)
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], row[column].size());
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column)
      line += fmt::format("{:<{}}", row[column], widths[column] + kGap);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string state_text(const Options& options) {
  const lifecycle::Container container = lifecycle::find_container(options.root, options.id);
  return spec::to_oci_json(container.state, container.status);
}

std::string list_text(const Options& options) {
  const auto containers = lifecycle::list(options.root);
  if (options.quiet) {
    std::string ids;
    for (const auto& container : containers)
      ids += container.state.id + "\n";
    return ids;
  }
  if (options.format == "json") return spec::to_list_json(containers);
  std::vector<Row> rows = {{"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"}};
  for (const auto& container : containers)
    rows.push_back(row_of(container));
  return aligned(rows);
}

std::string processes_text(const Options& options) {
  if (options.format != "json")
    return lifecycle::process_table(options.root, options.id, options.ps_arguments);
  return fmt::format("[{}]\n", fmt::join(lifecycle::processes(options.root, options.id), ","));
}

}  // namespace cli
