// A list as Docker prints it: a table, only ids, JSON lines, or the user's template, a row each.
#pragma once

#include <string>
#include <vector>

#include "mini-container/cli/template.h"

namespace cli {

struct Column {
  std::string field;   // what a template calls it: "ID"
  std::string header;  // what stands above it: "IMAGE ID"
};

struct Listing {
  std::vector<Column> columns;     // every field a template may name
  std::vector<std::string> shown;  // those of the table, in order
  std::vector<Json> rows;          // one object each, with a member a column
};

// `format`: "" or "table", "json", "table TEMPLATE", or TEMPLATE. Throws std::invalid_argument as render().
std::string listing_text(const Listing& listing, const std::string& format);

// What --format says about itself in --help.
inline constexpr const char* kFormatHelp =
    "table, json, a template such as '{{.ID}}', or 'table {{.ID}}\\t{{.Size}}' for a table of it";

// A table as Docker prints it: columns as wide as they need to be, three spaces apart and at least `narrowest` wide.
std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t narrowest = 10);

}  // namespace cli
