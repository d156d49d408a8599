// See progress.h.
#include "mini-container/registry/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/sys/fd.h"
#include "base/sys/terminal.h"
#include "base/text/size.h"

namespace registry {

namespace {

constexpr std::size_t kBar = 50;
constexpr std::chrono::milliseconds kPause{100};

std::size_t columns() {
  const auto size = sys::window_size(STDOUT_FILENO);
  return size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string bar(std::uint64_t done, std::uint64_t all) {
  const std::uint64_t reached = std::min(done, all);
  const std::size_t length = all == 0 ? kBar : static_cast<std::size_t>(kBar * reached / all);
  std::string text(length, '=');
  if (length < kBar) text += '>';
  text.resize(kBar, ' ');
  return fmt::format("[{}]  {}/{}", text, text::size_text(done), text::size_text(all));
}

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(!quiet && sys::isatty(STDOUT_FILENO)) {}

void Progress::line(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  if (quiet_) return;
  draw();
  rows_.clear();
  drawn_ = 0;
  sys::write_all(STDOUT_FILENO, text + "\n");
}

std::size_t Progress::add(const std::string& id, const std::string& status) {
  const std::scoped_lock lock(mutex_);
  rows_.push_back({id, status});
  tell(rows_.back());
  changed(true);
  return rows_.size() - 1;
}

void Progress::set(std::size_t row, const std::string& status) {
  const std::scoped_lock lock(mutex_);
  rows_.at(row).text = status;
  tell(rows_[row]);
  changed(true);
}

void Progress::tell(const Row& row) const {
  if (!terminal_ && !quiet_) sys::write_all(STDOUT_FILENO, row.id + ": " + row.text + "\n");
}

void Progress::advance(std::size_t row, const std::string& action, std::uint64_t done, std::uint64_t all) {
  if (!terminal_) return;
  const std::scoped_lock lock(mutex_);
  // The beginning is always shown, also of what is there in no time.
  const bool begins = !rows_.at(row).text.starts_with(action);
  rows_[row].text = action + " " + bar(done, all);
  changed(begins);
}

void Progress::changed(bool at_once) {
  if (!terminal_) return;
  stale_ = true;
  const auto now = std::chrono::steady_clock::now();
  if (!at_once && now - last_ < kPause) return;
  last_ = now;
  draw();
}

void Progress::redraw() {
  const std::scoped_lock lock(mutex_);
  draw();
}

// The rows again, in their place: up to the first, and each over what was there.
void Progress::draw() {
  if (!terminal_ || !stale_) return;
  std::string text = drawn_ > 0 ? fmt::format("\033[{}A", drawn_) : "";
  for (const Row& row : rows_)
    text += "\r" + (row.id + ": " + row.text).substr(0, columns() - 1) + "\033[K\n";
  drawn_ = rows_.size();
  stale_ = false;
  sys::write_all(STDOUT_FILENO, text);
}

}  // namespace registry
