// What a user sees of a transfer, as with Docker: on a terminal one line a layer, with a bar; else a line when something
// has changed. Several threads may speak. Reads: console_codes(4).
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace registry {

class Progress {
 public:
  // Writes to standard output; nothing at all if `quiet`.
  explicit Progress(bool quiet);
  ~Progress() { redraw(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // A line that stays, above the rows that are added later.
  void line(const std::string& text);
  // One more row, "31e352740f53: Waiting"; its number.
  std::size_t add(const std::string& id, const std::string& status);
  void set(std::size_t row, const std::string& status);
  // "Downloading [====>     ]  1.2MB/4.5MB"; seen on a terminal only.
  void advance(std::size_t row, const std::string& action, std::uint64_t done, std::uint64_t all);

 private:
  struct Row {
    std::string id;
    std::string text;
  };
  // Where there is no terminal.
  void tell(const Row& row) const;
  void changed(bool at_once);
  void redraw();
  void draw();
  bool quiet_;
  bool terminal_;
  std::mutex mutex_;  // of what follows
  std::vector<Row> rows_;
  std::size_t drawn_ = 0;  // rows that the cursor stands below
  bool stale_ = false;
  std::chrono::steady_clock::time_point last_;
};

// "[=====>    ]  1.2MB/4.5MB". Pure.
std::string bar(std::uint64_t done, std::uint64_t all);

}  // namespace registry
