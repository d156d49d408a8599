// What a step of a demonstration changed: facts about the host and about the container, before and after.
//
// Pure values and text; base/sys/facts.h reads them from the kernel. Only differences are shown, few enough lines for
// a projector: a value that changed as "name: old -> new", a new fact with +, a fact that is gone with -.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace trace {

// One thing that can be looked up in the kernel: "mount /proc", "proc ro". The first word of `name` is its topic.
struct Fact {
  std::string name;
  std::string value;
};
using Facts = std::vector<Fact>;

struct Views {
  Facts machine;                   // what exists once for all: control groups
  Facts host;                      // the command, a process of the host like any other
  std::optional<Facts> container;  // the first process of the container, while there is one
};

// The same fact twice (two mounts on one directory) becomes one with both values.
void add_fact(Facts& facts, const std::string& name, const std::string& value);

// Lines of text, each with its end: first the host's, then the container's, each at least one line. A container that
// is new is compared with the host, of whose process it begins as a copy.
std::string changes(const Views& before, const Views& after);

// One line a fact, to be sent between processes, and back. Lines that make no sense are left out.
std::string to_lines(const Views& views);
Views from_lines(const std::string& lines);

}  // namespace trace
