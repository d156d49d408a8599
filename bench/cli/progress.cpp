// See progress.h.
#include "bench/cli/progress.h"

#include <fmt/format.h>

#include "base/sys/fd.h"
#include "base/sys/terminal.h"

namespace bench {

namespace {

using std::chrono::steady_clock;

constexpr int kStandardError = 2;
constexpr int kWidth = 24;
constexpr std::chrono::milliseconds kRedraw{100};

void print(const std::string& text) {
  sys::write_all(kStandardError, text);
}

}  // namespace

ProgressBar::ProgressBar() : terminal_(sys::isatty(kStandardError)), start_(steady_clock::now()) {}

void ProgressBar::stage(const std::string& text) {
  clear();
  print("bench: " + text + "\n");
  start_ = steady_clock::now();
}

void ProgressBar::step(int done, int all, const std::string& what) {
  if (!terminal_) return;
  const auto now = steady_clock::now();
  if (drawn_ && done < all && now - drawn_at_ < kRedraw) return;
  const double part = static_cast<double>(done) / all;
  const double spent = std::chrono::duration<double>(now - start_).count();
  const int filled = static_cast<int>(part * kWidth);
  // Erase to the end of the line: the next text may be shorter.
  print(fmt::format("\r[{:#<{}}{:.<{}}] {:3.0f} %, {} of {}, about {:.0f} s left: {}\x1b[K", "", filled, "",
                    kWidth - filled, part * 100, done, all, spent / part - spent, what));
  drawn_ = true;
  drawn_at_ = now;
}

void ProgressBar::clear() {
  if (drawn_) print("\r\x1b[K");
  drawn_ = false;
}

}  // namespace bench
