// See nft.h.
#include "mini-container/network/nft.h"

#include <fmt/format.h>
#include <nftables/libnftables.h>

#include <cstring>
#include <memory>

namespace network {

using sys::Where;

namespace {

constexpr const char* kHint =
    "the bridge network needs nftables in the kernel (nf_tables, nft_nat, nft_masq, nft_fib) and "
    "CAP_NET_ADMIN; "
    "--network none and --network host do without";

struct ContextFree {
  void operator()(nft_ctx* context) const { nft_ctx_free(context); }
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
  const std::unique_ptr<nft_ctx, ContextFree> context(nft_ctx_new(NFT_CTX_DEFAULT));
  nft_ctx_output_set_flags(context.get(), NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_ALL);
  nft_ctx_buffer_output(context.get());
  nft_ctx_buffer_error(context.get());
  const auto run = [&] {
    const int result = nft_run_cmd_from_buffer(context.get(), commands.c_str());
    if (result != 0) errno = errno_in(nft_ctx_get_error_buffer(context.get()));
    return result == 0 ? 0 : -1;
  };
  const auto outcome = sys::attempt(
      "nft", [&] { return commands; }, run, where);
  return {outcome.error, nft_ctx_get_output_buffer(context.get()),
          first_line(nft_ctx_get_error_buffer(context.get()))};
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
