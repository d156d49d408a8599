// See commands.h: what all verbs share.
#include <algorithm>

#include "mini-container/cli/commands.h"

namespace cli {

engine::Paths Context::paths() const {
  return engine::paths_of(root);
}

engine::Engine& Context::engine() {
  if (!engine_) {
    trace::set_role(trace::Role::engine);
    sys::start_tracing(trace);
    engine_ = std::make_unique<engine::Engine>(paths());
    engine_->reconcile();
  }
  return *engine_;
}

void print(const std::string& text) {
  const sys::UniqueFd no_pipe_signal = sys::signal_descriptor({SIGPIPE});
  sys::write_if_read(1, text);
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      text += row[column];
      if (column + 1 < row.size()) text.append(widths[column] - row[column].size() + 3, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace cli
