// What guest-init does for the launcher in a process of its own, with three streams, as a program of the image would: so
// `cp`, `top` and `stats` work with any image, one of a single file too.
#pragma once

#include <string>
#include <vector>

namespace vm::guest {

// In the child. Returns the exit code; what it throws is told on standard error by the caller.
//
//     stat PATH              "missing", "directory" or "other"; of what a link leads to
//     pack PATH AS           the tar of PATH, on standard output; a link is packed as a link
//     unpack DIRECTORY HOW   the tar on standard input into DIRECTORY; HOW is "owners" or "root"
//     make DIRECTORY         makes it
//     processes              a table of the guest's processes
//     memory                 /proc/meminfo
int run_tool(const std::string& tool, const std::vector<std::string>& arguments);

// The table of `processes`: PID PPID STAT RSS TIME COMMAND, a line each.
std::string process_table();

}  // namespace vm::guest
