// bench/floor as a platform: what the kernel itself charges for the bundle that the runtimes get.
#pragma once

#include "bench/platforms/bundle.h"
#include "bench/platforms/platform.h"
#include "bench/platforms/workspace.h"

namespace bench {

class Floor : public Platform {
 public:
  Floor(const Workspace& workspace, BundleKind kind) : workspace_(workspace), kind_(kind) {}
  std::string name() const override { return "floor" + suffix_of(kind_); }
  std::string prepare() override;
  Arguments command(const Arguments& arguments) override;
  ImageSize image_size() override;

 private:
  void make_filter();
  void make_parents();
  const Workspace& workspace_;
  BundleKind kind_;
  std::string filter_ = "-";
  // Directories below which each start makes a group, with the limits to write there.
  std::vector<Arguments> limits_;
  int runs_ = 0;
};

}  // namespace bench
