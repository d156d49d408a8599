// What a session printed, step by step, without what differs from one run to the next.
#pragma once

#include <string>
#include <vector>

namespace sessions {

using Lines = std::vector<std::string>;

// One line of a script, and what it printed; the last line is "[N]" if it ended with another code than 0.
struct Step {
  std::string command;
  Lines lines;
};

// The shell program that runs a script line by line: $1 is the script, standard output becomes text for `steps_of`.
extern const char kRunner[];
std::vector<Step> steps_of(const std::string& text);

// Ids, digests, ages, widths of columns and the name of the program, replaced by words that are the same in every run.
std::string normalised(const std::string& line);

// What is left of two lists when the lines are gone that both begin or end with.
struct Hunk {
  Lines theirs, ours;
  bool operator==(const Hunk&) const = default;
};
Hunk difference(const Lines& theirs, const Lines& ours);

}  // namespace sessions
