// See listing.h.
#include "mini-container/cli/listing.h"

#include <algorithm>

#include "base/text/text.h"

namespace cli {

namespace {

constexpr std::size_t kGap = 3;
constexpr std::string_view kTable = "table";

// As many places as a terminal takes for it: bytes of UTF-8 that go on with a letter take none.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

std::string template_of(const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields)
    text += (text.empty() ? "{{." : "\t{{.") + field + "}}";
  return text;
}

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> row;
  for (const std::string_view cell : text::split(line, '\t'))
    row.emplace_back(cell);
  return row;
}

std::string table_text(const Listing& listing, const std::string& row_template) {
  Json headers = Json::object();
  for (const Column& column : listing.columns)
    headers[column.field] = column.header;
  std::vector<std::vector<std::string>> rows = {cells(render(row_template, headers))};
  for (const Json& row : listing.rows)
    rows.push_back(cells(render(row_template, row)));
  return table(rows);
}

}  // namespace

std::string listing_text(const Listing& listing, const std::string& format) {
  if (format.empty() || format == kTable) return table_text(listing, template_of(listing.shown));
  if (format.starts_with("table ")) return table_text(listing, format.substr(kTable.size() + 1));
  std::string text;
  for (const Json& row : listing.rows)
    text += (format == "json" ? row.dump() : render(format, row)) + "\n";
  return text;
}

std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t narrowest) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), narrowest);
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], width_of(row[column]) + kGap);
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      text += row[column];
      if (column + 1 < row.size()) text.append(widths[column] - width_of(row[column]), ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace cli
