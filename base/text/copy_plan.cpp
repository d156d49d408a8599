// See copy_plan.h.
#include "base/text/copy_plan.h"

#include <fmt/format.h>

#include <stdexcept>

namespace text {

CopyEnd parse_copy_end(const std::string& typed) {
  // As Docker: what begins like a path is one, even with a colon in it.
  const std::size_t colon = typed.find(':');
  const bool path =
      typed.starts_with('/') || typed.starts_with('.') || colon == std::string::npos || colon == 0;
  if (path) return {{}, typed};
  return {typed.substr(0, colon), typed.substr(colon + 1)};
}

PathEnd end_of(const std::string& path) {
  PathEnd end;
  std::string rest = path;
  end.content = rest == "." || rest.ends_with("/.");
  while (!rest.empty() && (rest.ends_with('/') || rest.ends_with("/.") || rest == ".")) {
    end.directory = true;
    rest.pop_back();
  }
  end.name = rest.substr(rest.rfind('/') + 1);
  if (end.name == "..") end.name.clear();
  if (end.name.empty()) end.directory = end.content = true;
  return end;
}

CopyPlan plan_copy(const PathEnd& source, const Found& from, const PathEnd& destination, const Found& to) {
  if (source.directory && !from.directory)
    throw std::invalid_argument(fmt::format("\"{}\" is not a directory", source.name));
  if (from.directory) {
    if (!to.exists) return {.make_directory = true, .into = true, .as = "."};
    if (!to.directory)
      throw std::invalid_argument(
          fmt::format("cannot copy a directory onto the file \"{}\"", destination.name));
    return {.into = true, .as = source.content ? "." : source.name};
  }
  if (to.directory) return {.into = true, .as = source.name};
  if (destination.directory) {
    throw std::invalid_argument(
        fmt::format("\"{}\": no such directory. Next: make it first, or leave out the \"/\" at its end",
                    destination.name));
  }
  return {.into = false, .as = destination.name};
}

}  // namespace text
