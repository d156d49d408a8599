// A bar with the time left, on a terminal only: a log or a pipe gets one line for each stage instead.
#pragma once

#include <chrono>
#include <string>

namespace bench {

class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // One line that stays: "docker: starting its daemon".
  void stage(const std::string& text);
  void step(int done, int all, const std::string& what);
  void clear();

 private:
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_at_;
};

}  // namespace bench
