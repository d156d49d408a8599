// See nft.h.
#include "mini-container/network/nft.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <nftables/libnftables.h>

#include <cstring>
#include <memory>
#include <stdexcept>

namespace network {

using sys::Where;

namespace {

constexpr const char* kHint =
    "the bridge network needs nftables in the kernel (nf_tables, nft_nat, nft_masq, nft_fib) and "
    "CAP_NET_ADMIN; "
    "--network none and --network host do without";

// libnftables, loaded at its first use. WHY: it brings six more libraries, whose symbols the dynamic linker would look
// up at every start of every command; most containers publish no port and never need it. Reads: dlopen(3), ld.so(8).
class Library {
 public:
  static const Library& get() {
    static const Library library;
    return library;
  }

  // The function of that name, of the type that the header declares.
  template <class Function>
  Function* find(Function*, const char* name) const {
    void* const symbol = ::dlsym(handle_, name);
    if (symbol == nullptr) throw std::runtime_error(fmt::format("{}: {}", kFile, ::dlerror()));
    return reinterpret_cast<Function*>(symbol);
  }

 private:
  static constexpr const char* kFile = "libnftables.so.1";
  Library() : handle_(::dlopen(kFile, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr)
      throw std::runtime_error(fmt::format("{}. Next: apt-get install libnftables1", ::dlerror()));
  }
  void* handle_;
};

// Only its type is used here, so nothing needs to be linked.
#define NFT(function) Library::get().find(static_cast<decltype(&(function))>(nullptr), #function)

struct ContextFree {
  void operator()(nft_ctx* context) const { NFT(nft_ctx_free)(context); }
};

// libnftables tells the reason only in text.
int errno_in(const std::string& message) {
  for (const int error :
       {EEXIST, ENOENT, EPERM, EOPNOTSUPP, EBUSY, ENOMEM, ENOBUFS, EAFNOSUPPORT, EPROTONOSUPPORT}) {
    if (message.find(std::strerror(error)) != std::string::npos) return error;
  }
  return EINVAL;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

// One transaction: all of `commands` or nothing.
NftResult nft(const std::string& commands, Where where) {
  const std::unique_ptr<nft_ctx, ContextFree> context(NFT(nft_ctx_new)(NFT_CTX_DEFAULT));
  NFT(nft_ctx_output_set_flags)(context.get(), NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_ALL);
  NFT(nft_ctx_buffer_output)(context.get());
  NFT(nft_ctx_buffer_error)(context.get());
  const auto run = [&] {
    const int result = NFT(nft_run_cmd_from_buffer)(context.get(), commands.c_str());
    if (result != 0) errno = errno_in(NFT(nft_ctx_get_error_buffer)(context.get()));
    return result == 0 ? 0 : -1;
  };
  const auto outcome = sys::attempt(
      "nft", [&] { return commands; }, run, where);
  return {outcome.error, NFT(nft_ctx_get_output_buffer)(context.get()),
          first_line(NFT(nft_ctx_get_error_buffer)(context.get()))};
}

void fail_nft(const NftResult& result, const std::string& commands) {
  const std::string said = result.message.empty() ? "" : fmt::format(" ({})", result.message);
  throw sys::Error(result.error, "nft", first_line(commands) + said, std::string(trace::Phase::current()),
                   kHint);
}

std::string nft_or_throw(const std::string& commands, Where where) {
  NftResult result = nft(commands, where);
  if (result.error != 0) fail_nft(result, commands);
  return std::move(result.output);
}

}  // namespace network
