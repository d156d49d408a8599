// What the processes of a storm do, and who kills them.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

namespace storm {

struct Plan {
  std::string root;      // of the engine
  std::string registry;  // "localhost:41234"; "" for none
  int containers = 0;    // in all
  int at_once = 8;
  unsigned seed = 0;
};

struct Outcome {
  int ended = 0;                     // containers that were made and went again
  int failed = 0;                    // commands that ended with a failure, which those killed do
  std::map<std::string, int> kills;  // by the name of the program
  std::vector<std::string> wrong;    // what a command that went well had promised, and was not so
  std::vector<std::string> written;  // files of the volume "ledger", each with its own name in it
};

// Makes and removes them, with a kill -9 of one process of the engine after the other.
Outcome rage(const Plan& plan);

}  // namespace storm
