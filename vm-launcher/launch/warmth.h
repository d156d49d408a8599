// `--cold`, `--warm`, or neither: from a snapshot wherever that is sound and pays.
#pragma once

namespace vm {

enum class Warmth { automatic, cold, warm };

}  // namespace vm
