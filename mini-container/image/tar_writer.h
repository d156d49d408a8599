// Writes a pax tar, entry by entry: same entries, same bytes. Reads: tar(5), archive_write(3).
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "mini-container/image/tar_entry.h"

namespace image {

class TarWriter {
 public:
  // `output` receives the tar piece by piece, and may throw.
  explicit TarWriter(std::function<void(std::string_view)> output);
  ~TarWriter();
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  // The header; of a regular file `entry.size` bytes of content must follow.
  void add(const TarEntry& entry);
  void content(std::string_view bytes);
  // Writes the end mark. Without it the tar counts as cut short.
  void finish();

 private:
  struct State;
  void check(int result) const;
  std::unique_ptr<State> state_;
};

}  // namespace image
