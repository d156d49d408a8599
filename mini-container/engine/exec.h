// What `exec` and the probes of a container's health have in common.
#pragma once

#include <string>
#include <vector>

#include "mini-container/engine/engine.h"

namespace engine {

// Writes the process that `options` describe, for an OCI runtime's exec in `container`.
void write_exec_document(const Registry& registry, const Container& container, const ExecOptions& options,
                         const std::string& path);

// Files of one exec, gone with it.
struct ExecFiles {
  ExecFiles(const Registry& registry, const Container& container, bool tty);
  ~ExecFiles();
  ExecFiles(const ExecFiles&) = delete;
  ExecFiles& operator=(const ExecFiles&) = delete;
  std::string process, pid, console;  // the last is a socket, "" without a terminal
};

// The events of one exec: that it is made and starts, when this object is; how it ended, when somebody says so.
class ExecNotes {
 public:
  ExecNotes(const Journal& journal, const Container& container, const std::vector<std::string>& args);
  // Of one that another process has begun.
  ExecNotes(const Journal& journal, const Container& container, std::string id)
      : journal_(journal), container_(container), id_(std::move(id)) {}
  const std::string& id() const { return id_; }
  void died(int code) const;

 private:
  Journal journal_;
  const Container& container_;
  std::string id_;
};

}  // namespace engine
