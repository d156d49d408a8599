// Instructions of a Dockerfile that change only an image's configuration: what `commit -c` and `import -c` take.
// Reads: https://docs.docker.com/reference/dockerfile/, docker-commit(1).
#pragma once

#include <string>

#include "mini-container/image/image.h"

namespace image {

// "CMD [\"sh\"]", "ENV A=1 B=\"two words\"", "EXPOSE 80", "WORKDIR /app" ...: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL,
// STOPSIGNAL, USER, VOLUME, WORKDIR. Throws std::invalid_argument that shows the line and what was expected.
void apply_instruction(Config& config, const std::string& line);

}  // namespace image
