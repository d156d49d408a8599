// The log that engines read: one line a message, as text or JSON. The last line of a failure is its cause.
#pragma once

#include <string>
#include <string_view>

#include "mini-container/runtime/cli/options.h"

namespace cli {

// To standard error, and to --log.
void report_failure(const Options& options, std::string_view message);
// What the user must know although the command goes on.
void report_warning(const Options& options, std::string_view message);

// Makes sure of --log before anything is done that it should tell of; throws if it cannot be opened. With --debug: from
// here on every phase and remark is a line of it, or of standard error without one. Takes the place of no other
// listener: --explain, --step and --trace go on.
void start_log(const Options& options);

}  // namespace cli
