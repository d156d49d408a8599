// Debian's docker-registry beside mini-container's root, for the time of a test.
#pragma once

#include <cstdlib>
#include <memory>

#include "base/sys/file.h"
#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/registry_server.h"

namespace e2e {

class Registry : public Containers {
 protected:
  void SetUp() override {
    if (!RegistryServer::installed()) GTEST_SKIP() << "docker-registry is not installed";
    Containers::SetUp();
    if (IsSkipped()) return;
    ::setenv("DOCKER_CONFIG", (root_ + "/docker").c_str(), 1);
    server_ = std::make_unique<RegistryServer>(root_ + "/registry");
    host_ = server_->host();
  }
  void TearDown() override {
    server_.reset();
    Containers::TearDown();
    ::unsetenv("DOCKER_CONFIG");
  }

  // Pushes busybox under this name and forgets the name.
  void push_busybox(const std::string& name) const {
    ASSERT_EQ(mini({"tag", "busybox", name}).code, 0);
    const Result pushed = mini({"push", name});
    ASSERT_EQ(pushed.code, 0) << pushed.err;
    ASSERT_EQ(mini({"rmi", name}).code, 0);
  }
  // Nothing of our own is left: the next pull fetches all.
  void forget_all() const { mini({"image", "prune", "-a", "-f"}); }
  std::string layer_digest(const std::string& image) const {
    const std::string manifest =
        mini({"images", "--digests", "--no-trunc", "--format", "{{.Digest}}", image}).out.substr(7, 64);
    return nlohmann::json::parse(
        sys::read_file(root_ + "/store/oci/blobs/sha256/" + manifest))["layers"][0]["digest"];
  }

  std::unique_ptr<RegistryServer> server_;
  std::string host_;
};

}  // namespace e2e
