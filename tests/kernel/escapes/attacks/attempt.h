// One thing that a hostile program in a container may try. Attempts are bare kernel calls on purpose: what counts is
// what the kernel answers, not what a library makes of it.
#pragma once

#include <cerrno>
#include <map>
#include <string>
#include <vector>

namespace attacks {

// What the attacker has found out about the host, "name" -> "value": a pid, a path, the number of a key.
using Facts = std::map<std::string, std::string>;

constexpr int kWorked = 0;

struct Attempt {
  const char* name;
  int (*run)(const Facts& facts);  // kWorked, else the errno that stopped it; runs in a process of its own
};

// The answer of a kernel call as an attempt's.
inline int answer(long result) {
  return result < 0 ? errno : kWorked;
}

long number(const Facts& facts, const std::string& name);

std::vector<Attempt> kernel_attempts();     // parts of the kernel that only the host's root may use
std::vector<Attempt> namespace_attempts();  // namespaces and mounts, made, entered or changed
std::vector<Attempt> process_attempts();    // signals, ptrace, keyrings, the launching terminal
std::vector<Attempt> file_attempts();       // files, devices and parameters of the host

// Programs of their own, for the races.
int swap_for_ever(const Facts& facts);       // exchanges the names "a" and "b" until it is killed
int swap_once(const Facts& facts);           // the same, once
int catch_runtimes(const Facts& facts);      // overwrites the program of whoever enters, until "stop" exists
int hold_first_program(const Facts& facts);  // says whether the program of pid 1 could be overwritten
int enter_without_protection(const Facts& facts);  // on the host: enters the container of "pid" as its victim

}  // namespace attacks
