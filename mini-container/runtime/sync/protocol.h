// The conversation between the runtime and the container's first process, over a SOCK_SEQPACKET pair: one send
// is one message, and a peer that died is an end of file, so neither side ever waits for a dead one.
//
//     mini-runtime run                            the container's first process
//       | clone3 ------------------------------->  joins namespaces and cgroups
//       | writes uid_map, gid_map
//       | identity_mapped ---------------------->  becomes root of its user namespace    (user namespace only)
//       | bind_source, one for each mount ------>  keeps what it could not open itself   (there, with bind mounts)
//       | makes the cgroups                        makes its network namespace
//       | grouped, their doors ----------------->  enters them                           (cgroup v1 only)
//       |                                          mounts
//       | <------------------------------ mounted                                        (with hooks only)
//       | hooks prestart, createRuntime
//       | hooks_done --------------------------->  hooks createContainer, pivot_root
//       | <-------------------------------- ready
//       | state.json: created
//       | kept --------------------------------->  waits at the gate                     (create only)
//       | start -------------------------------->  hooks startContainer, identity, seccomp, execve
//       | <--------- end of file: the program runs
//
// After `create` the last two lines are spoken by `start`, another process, through a connection to the gate (a
// listening socket in the state directory). `run` without a terminal has nothing to do between ready and start: it
// says start first, so that neither side waits for the other to wake. At any point the child may say `failed` instead, with the cause. Another first
// word is `born`, with a pidfd: of who stands between the two where a user namespace is joined (go_between.cpp).
// Reads: unix(7), socketpair(2), OCI runtime-spec runtime.md (lifecycle).
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace protocol {

enum class Word : unsigned char {
  born = 1,
  identity_mapped,
  bind_source,
  grouped,
  mounted,
  hooks_done,
  ready,
  kept,
  start,
  failed
};
std::string_view name_of(Word word);

// Why the child gave up, with everything that is needed to throw the same error in the parent.
struct Failure {
  enum class Kind : unsigned char { kernel_call, document, program, other };
  Kind kind = Kind::other;
  int error = 0;  // errno, of kernel_call and program
  std::string call, arguments, phase, hint;
  std::string text;  // what() of the other kinds; of `document` without the path, which is in arguments
};

struct Message {
  Word word;
  Failure failure;                        // of Word::failed
  std::vector<sys::UniqueFd> along = {};  // descriptors
};

// The peer closed its end without a word: it was killed.
class PeerGone : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `along`: descriptors that go with it.
// Throws PeerGone, or what the peer's failure describes, if nobody is there to hear it.
void say(int socket, Word word, const std::vector<int>& along = {}, sys::Where where = sys::Where::current());
// False if the peer is gone.
bool say_failed(int socket, const Failure& failure) noexcept;
// nullopt at the end of file.
std::optional<Message> hear(int socket, sys::Where where = sys::Where::current());
// Hears exactly `word`, and returns what came along; throws PeerGone, or what the peer's failure describes.
std::vector<sys::UniqueFd> expect(int socket, Word word, sys::Where where = sys::Where::current());
// The same where nothing more is to be said: the peer closes its end.
void expect_end(int socket, sys::Where where = sys::Where::current());

// After a call on the peer, or on what belongs to it, has failed: a peer that fails says so before it goes, and then
// that is the cause and the call's error only its consequence. Throws what the peer's failure describes, or PeerGone;
// returns if the peer is well; takes the words that it had said. Does not wait.
void check_peer(int socket, sys::Where where = sys::Where::current());

// Inside a catch block: the current exception as a Failure.
Failure describe_current_exception();
[[noreturn]] void rethrow(const Failure& failure);

// For tests: bytes on the wire and back. decode throws std::runtime_error on anything encode cannot have made.
std::string encode(const Message& message);
Message decode(std::string_view bytes);

}  // namespace protocol
