// Where an ordinary user's programs keep things: one answer for containers and virtual machines. Root's places are each
// program's own. Reads: XDG base directory specification, hier(7).
#pragma once

#include <string>

namespace places {

// $XDG_DATA_HOME (~/.local/share): what shall be there tomorrow.
std::string data_home();
// $XDG_CACHE_HOME (~/.cache): what can be made again.
std::string cache_home();
// $XDG_RUNTIME_DIR, or /tmp/isolab-UID, made if it is not there: what ends with the login. Sockets and locks stand there, so
// it must be the caller's alone: throws if another user owns it or may enter it.
std::string runtime_directory();
// The file of a program: a path as it is, or the first of that name in $PATH; "" if there is none.
std::string program_in_path(const std::string& name);
// Whether a folder is there, and the caller's alone.
bool is_ours_alone(const std::string& path);

}  // namespace places
