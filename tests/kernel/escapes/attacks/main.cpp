// `attacks TOPIC [NAME=VALUE...]`: tries every attempt of a topic, each in a process of its own, and says for each what
// the kernel answered: "bpf-map EPERM", or "bpf-map WORKED". "only=NAME,NAME" tries some. It runs inside containers, so it is
// static.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "tests/kernel/escapes/attacks/attempt.h"

namespace attacks {

long number(const Facts& facts, const std::string& name) {
  return std::stol(facts.at(name));
}

namespace {

constexpr int kNoAnswer = 255;

int try_it(const Attempt& attempt, const Facts& facts) {
  try {
    return attempt.run(facts);
  } catch (const std::exception& error) {
    std::printf("%s: %s\n", attempt.name, error.what());
    return kNoAnswer;
  }
}

std::string outcome(int status) {
  if (WIFSIGNALED(status)) return std::string("SIG") + ::sigabbrev_np(WTERMSIG(status));
  const int error = WEXITSTATUS(status);
  if (error == kWorked) return "WORKED";
  const char* name = error == kNoAnswer ? nullptr : ::strerrorname_np(error);
  return name == nullptr ? "NOT TRIED" : name;
}

// "only=a,b": these alone.
bool asked_for(const std::string& name, const Facts& facts) {
  const auto only = facts.find("only");
  return only == facts.end() || ("," + only->second + ",").find("," + name + ",") != std::string::npos;
}

void try_all(const std::vector<Attempt>& attempts, const Facts& facts) {
  for (const Attempt& attempt : attempts) {
    if (!asked_for(attempt.name, facts)) continue;
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) {
      const int answer = try_it(attempt, facts);
      std::fflush(stdout);
      ::_exit(answer);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    std::printf("%s %s\n", attempt.name, outcome(status).c_str());
  }
  std::puts("end");
}

Facts facts_of(int count, char** arguments) {
  Facts facts;
  for (int i = 2; i < count; ++i) {
    const std::string text = arguments[i];
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) facts[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return facts;
}

int run(const std::string& topic, const Facts& facts) {
  const std::map<std::string, int (*)(const Facts&)> programs = {{"swap", swap_for_ever},
                                                                 {"exchange", swap_once},
                                                                 {"catch", catch_runtimes},
                                                                 {"hold", hold_first_program},
                                                                 {"enter", enter_without_protection}};
  if (const auto program = programs.find(topic); program != programs.end()) return program->second(facts);
  const std::map<std::string, std::vector<Attempt> (*)()> topics = {{"kernel", kernel_attempts},
                                                                    {"namespaces", namespace_attempts},
                                                                    {"processes", process_attempts},
                                                                    {"files", file_attempts}};
  const auto found = topics.find(topic);
  if (found == topics.end()) throw std::invalid_argument("no topic \"" + topic + "\"");
  try_all(found->second(), facts);
  return 0;
}

}  // namespace

}  // namespace attacks

int main(int count, char** arguments) {
  try {
    return attacks::run(count > 1 ? arguments[1] : "", attacks::facts_of(count, arguments));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "attacks: %s\n", error.what());
    return 2;
  }
}
