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

// With --debug: from here on every phase and remark is a line of --log, or of standard error without one.
// Takes the place of no other listener: --explain, --step and --trace go on.
void start_debug_log(const Options& options);

}  // namespace cli
