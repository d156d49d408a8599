// Workloads of `bench engines` that only an engine has: the life of a container, the list of all, and what is done with
// images. Each command by itself, from the request to its end, those that write also until the disk has it; what a
// repetition leaves it removes, unmeasured.
#pragma once

#include "bench/platforms/engine.h"
#include "bench/platforms/sample_image.h"
#include "bench/workloads/workload.h"

namespace bench {

// The platform as an engine; throws Unmeasurable if it is none.
Engine& engine_of(Platform& platform);

// `run -d` of a program that waits, `exec` of nothing into it, `stop` and `rm`; 150 ms of rest before.
class Life : public Workload {
 public:
  std::string name() const override { return "life"; }
  std::vector<Value> measure(Platform& platform) const override;
};

// `ps` while `running` containers of this engine run.
class List : public Workload {
 public:
  explicit List(int running) : running_(running) {}
  int running() const { return running_; }
  std::string name() const override { return "list"; }
  std::string mode() const override;
  std::vector<Value> measure(Platform& platform) const override;

 private:
  int running_;
};

// `pull` from a registry on the loopback, and the bytes that the engine's store grows by.
class Pull : public Workload {
 public:
  explicit Pull(std::string reference) : reference_(std::move(reference)) {}
  std::string name() const override { return "pull"; }
  std::vector<Value> measure(Platform& platform) const override;

 private:
  std::string reference_;
};

// `load` of an archive, and `save` of the image that came of it.
class Archive : public Workload {
 public:
  Archive(const SampleImage& image, const std::string& folder)
      : image_(image), saved_(folder + "/saved.tar") {}
  std::string name() const override { return "archive"; }
  std::vector<Value> measure(Platform& platform) const override;

 private:
  const SampleImage& image_;
  std::string saved_;
};

// `commit` of a container that has written `files` files of 100 kB and ended.
class Commit : public Workload {
 public:
  explicit Commit(int files) : files_(files) {}
  std::string name() const override { return "commit"; }
  std::vector<Value> measure(Platform& platform) const override;

 private:
  int files_;
};

// `import` of a tar with very many files.
class Import : public Workload {
 public:
  explicit Import(const SampleImage& image) : image_(image) {}
  std::string name() const override { return "import"; }
  std::vector<Value> measure(Platform& platform) const override;

 private:
  const SampleImage& image_;
};

}  // namespace bench
