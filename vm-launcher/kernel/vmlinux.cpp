// See vmlinux.h.
#include "vm-launcher/kernel/vmlinux.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

#include "base/sys/file.h"

namespace vm {

namespace {

constexpr std::size_t kSetupSectors = 0x1f1;
constexpr std::size_t kMagic = 0x202;  // "HdrS"
constexpr std::size_t kProtocol = 0x206;
constexpr std::size_t kPayloadOffset = 0x248;
constexpr std::size_t kPayloadLength = 0x24c;
constexpr std::size_t kHeaderEnd = 0x250;

std::uint32_t number_at(std::string_view image, std::size_t at) {
  std::uint32_t value = 0;
  for (unsigned index = 0; index < 4; ++index)
    value |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(image[at + index])) << (8 * index);
  return value;
}

// The compressed kernel inside the image, without the length word that follows it.
std::string_view payload_of(std::string_view image, const std::string& name) {
  // SPEC: x86/boot.rst; the payload fields exist since protocol 2.08.
  if (image.size() < kHeaderEnd || image.substr(kMagic, 4) != "HdrS" || image[kProtocol + 1] < 2 ||
      (image[kProtocol + 1] == 2 && image[kProtocol] < 8)) {
    throw std::runtime_error(name + ": not a bzImage of boot protocol 2.08 or later, and not an ELF kernel");
  }
  const std::size_t sectors = image[kSetupSectors] == 0 ? 4 : static_cast<std::uint8_t>(image[kSetupSectors]);
  const std::uint64_t start = (sectors + 1) * 512 + number_at(image, kPayloadOffset);
  const std::uint64_t length = number_at(image, kPayloadLength);
  if (length < 8 || start + length > image.size()) throw std::runtime_error(name + ": cut short");
  return image.substr(start, length - 4);
}

struct Close {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

[[noreturn]] void fail(archive* reader, const std::string& name) {
  throw std::runtime_error(
      fmt::format("{}: cannot unpack the kernel: {}", name, archive_error_string(reader)));
}

}  // namespace

bool is_elf(const std::string& path) {
  char magic[4] = {};
  const sys::UniqueFd file = sys::open(path, O_RDONLY);
  return sys::read(file.get(), magic) == 4 && std::string_view(magic, 4) ==
                                                  "\x7f"
                                                  "ELF";
}

void extract_vmlinux(const std::string& bzimage, const std::string& target) {
  const std::string image = sys::read_file(bzimage);
  const std::string_view payload = payload_of(image, bzimage);
  const std::unique_ptr<archive, Close> reader(archive_read_new());
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(reader.get(), payload.data(), payload.size()) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) {
    fail(reader.get(), bzimage);
  }
  const sys::UniqueFd output = sys::open(target, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  int status = ARCHIVE_OK;
  while ((status = archive_read_data_block(reader.get(), &block, &size, &offset)) == ARCHIVE_OK)
    if (size > 0) sys::write_all(output.get(), {static_cast<const char*>(block), size});
  if (status != ARCHIVE_EOF) fail(reader.get(), bzimage);
  if (!is_elf(target)) throw std::runtime_error(bzimage + ": the payload is no ELF kernel");
}

}  // namespace vm
