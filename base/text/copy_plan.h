// Docker's rules for where `cp` puts what. Pure. Reads: docker-cp(1).
#pragma once

#include <optional>
#include <string>

namespace text {

// "box:/etc/passwd", "./file", "-".
struct CopyEnd {
  std::string holder;  // the container or virtual machine; empty for a path of the host
  std::string path;
  bool stream() const { return holder.empty() && path == "-"; }
};
CopyEnd parse_copy_end(const std::string& typed);

// What a path is found to lead to.
struct Found {
  bool exists = false;
  bool directory = false;
};

// What a path says by its end.
struct PathEnd {
  std::string name;        // the last part; empty for "/", "." and ".."
  bool directory = false;  // it ends with "/": must be one
  bool content = false;    // it ends with "/.": what is in it, not itself
};
PathEnd end_of(const std::string& path);

struct CopyPlan {
  bool make_directory = false;  // the destination, before anything goes into it
  bool into = false;            // below the destination, else beside it, in its parent
  std::string as;               // what the source is called there; "." for its content alone
};
// Throws std::invalid_argument with Docker's words.
CopyPlan plan_copy(const PathEnd& source, const Found& from, const PathEnd& destination, const Found& to);

}  // namespace text
