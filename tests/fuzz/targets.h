// What the fuzzers and the replay of their corpus both do with one input. Each returns if the input was read or refused
// as documents are (spec::Invalid); everything else is a finding.
#pragma once

#include <string>
#include <string_view>

namespace fuzz {

// The whole way of a document to its plans, without the host: parse, validate, namespaces, rootfs, process.
void config(std::string_view text);
// The file of `exec --process`.
void process(std::string_view text);
// The object linux.seccomp, compiled.
void seccomp(std::string_view text);

// What the engine reads, in image_targets.cpp: a name of an image, a --format, a line of `commit -c`, the documents of an
// image archive. They are refused by std::invalid_argument, the last by image::BadArchive.
void reference(std::string_view text);
void go_template(std::string_view text);
void instruction(std::string_view text);
void archive(std::string_view text);
// Of a registry: a challenge, which is never refused, and a manifest or index, by image::BadArchive.
void challenge(std::string_view text);
void manifest(std::string_view text);

// In vm_targets.cpp: bytes on the line between vm-launcher and a guest, which are never refused, only skipped.
void agent(std::string_view text);

// By name: "config", "process", "seccomp", "reference", "template", "instruction", "archive", "challenge", "manifest", "agent". Throws std::invalid_argument for another.
void run(const std::string& target, std::string_view text);

}  // namespace fuzz
