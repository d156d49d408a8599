// Names of user-defined networks: a container finds the others of its networks by name and by alias.
//
// The server is Debian's aardvark-dns, one process for all networks of a root. It listens on the gateway of each, and
// reads a file for each from RUN/network/dns, again whenever it gets SIGHUP; without files it ends. The files are
// written from the attachments' records, whole, so nothing of them has to be repaired: whoever changes something, or
// finds that the server was killed, writes them and starts it.
// docs/decisions/0021-names.md says why not a server of our own. Reads: aardvark-dns's README, resolv.conf(5).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mini-container/network/attachment.h"

namespace network {

// The attachments of one network that resolves names.
struct NamedNetwork {
  std::string id;
  std::vector<Attachment> attachments;
};

// Network's id -> its file. Pure. WHY a container of two networks also stands in each other one's file, without a name:
// the server knows who asks by his address, and looks into the networks of that address only.
std::map<std::string, std::string> dns_files(const std::vector<NamedNetwork>& networks);

// Makes the files true and the server know of them; starts it, or lets it end. When `expected` is not empty, returns
// only when the server at `gateway` knows that name. False, after a word on standard error, if there is no server.
bool update_dns(const std::string& root, const std::string& gateway = {}, const std::string& expected = {});
// Starts it again if it was killed.
void repair_dns(const std::string& root);
// Ends it, whatever it serves.
void stop_dns(const std::string& root);

// The server's process; 0 if it does not run.
int dns_process(const std::string& root);
// False where the package is missing.
bool dns_installed();

}  // namespace network
