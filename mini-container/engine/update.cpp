// `update`: other limits while a container runs. Declared in engine.h. Reads: OCI runtime-spec config-linux.md.
#include "base/sys/file.h"
#include "mini-container/engine/bundle.h"
#include "mini-container/engine/engine.h"
#include "mini-container/engine/files.h"

namespace engine {

void Engine::update(const Container& container, const std::function<void(Settings&)>& change) {
  Settings wanted = container.settings;
  change(wanted);
  if (container.running()) {
    const std::string file = registry_.directory(container.id) + "/update.json";
    sys::replace_file(file, limits_document(wanted, wanted.memory > 0 && swap_is_accounted()), 0600);
    // ORDER: the kernel first. What it refuses is not recorded.
    runtime_of(registry_, container).update(container.id, file);
    sys::unlink_if_present(file);
  }
  registry_.change(container.id, [&](Container& record) { change(record.settings); });
  registry_.journal().add(container, "update");
}

}  // namespace engine
