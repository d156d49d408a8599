// Repositories of a registry whose name holds a word.
//
//   GET /v1/search?q=WORD    what Docker's own registry has, and some others: with descriptions and stars
//   GET /v2/_catalog         what a registry of version 2 may have: the names of all its repositories
//
// Reads: docker-search(1), distribution docs/spec/api.md (Catalog).
#pragma once

#include <string>
#include <vector>

#include "mini-container/registry/session.h"

namespace registry {

struct Found {
  std::string name;  // "host:5000/team/app"
  std::string description = {};
  long stars = 0;
  bool official = false, automated = false;
};

// What a user types to search: a registry and a word. "redis" is looked for at docker.io.
struct SearchTerm {
  std::string domain;
  std::string word;
};
SearchTerm parse_search(const std::string& typed);

// At most `limit`, in the registry's order. Throws Failed when the registry has neither.
std::vector<Found> search(Session& session, Connection& connection, const std::string& word,
                          std::size_t limit);

// A JSON list of objects with the names of Docker's templates: Name, Description, StarCount, IsOfficial, IsAutomated.
std::string to_json(const std::vector<Found>& found);

}  // namespace registry
