// The bytes of a blob on their way to a registry.
//
//   POST uploads/ -> 202, Location -> PUT Location?digest=          all at once, which most registries take
//                                  -> PATCH Location, for each part -> PUT Location?digest=
//
// In parts if the registry asks for that (OCI-Chunk-Min-Length), or when all at once was too much (413). A part that
// breaks off is sent again, not all. Reads: OCI distribution-spec (Pushing a blob in chunks).
#pragma once

#include "mini-container/image/layout.h"
#include "mini-container/registry/session.h"

namespace registry {

// What a registry that wants parts gets of each, unless it wants more.
inline constexpr std::uint64_t kPart = 8 << 20;

// `begun` is the answer to the POST. False if the registry has refused to take all at once: ask it again and say `parts`.
// Throws Failed or Unreachable.
bool upload(Session& session, Connection& connection, const Exchange& begun, const image::Descriptor& blob,
            const std::string& file, bool parts);

}  // namespace registry
