// Many containers on one user-defined network, and one more that calls each by its name: every one of them must be found and
// say who it is. What a start costs among many, a lookup, and memory of the host is printed.
//
//   crowd 500      so many containers; without an argument, as many as the tests have time for

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "tests/end-to-end/containers.h"

namespace {

int containers = 20;

using Milliseconds = std::chrono::duration<double, std::milli>;

double milliseconds(const std::function<void()>& act) {
  const auto before = std::chrono::steady_clock::now();
  act();
  return Milliseconds(std::chrono::steady_clock::now() - before).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

// What the kernel could still give away, in KiB. WHY not what processes have: most of a container is the kernel's own.
long available_memory() {
  const std::string text = sys::read_file("/proc/meminfo");
  const auto words = text::words(text, " \n");
  const auto name = std::find(words.begin(), words.end(), "MemAvailable:");
  return name == words.end() ? 0 : text::number<long>(*std::next(name)).value_or(0);
}

class Crowd : public e2e::Containers {
 protected:
  static std::string name_of(int number) { return fmt::format("one-{}", number); }

  // A web server that says its name; how long each start took.
  std::vector<double> start_all() const {
    std::vector<double> times;
    for (int number = 0; number < containers; ++number) {
      const std::string name = name_of(number);
      times.push_back(milliseconds([&] {
        detached({"--name", name, "--network", "crowd", "busybox", "sh", "-c",
                  "echo " + name + " > /index.html; exec httpd -f -p 80 -h /"});
      }));
    }
    return times;
  }

  // A line of `script` for each name, in one more container of the network.
  std::string asked(const std::string& script) const {
    std::vector<std::string> command = {
        "exec", "asks", "sh", "-c", "for name in \"$@\"; do " + script + "; done", "sh"};
    for (int number = 0; number < containers; ++number)
      command.push_back(name_of(number));
    return mini(command).out;
  }
};

TEST_F(Crowd, EveryoneIsFoundByName) {
  ASSERT_EQ(mini({"network", "create", "crowd"}).code, 0);
  std::string everyone;
  for (int number = 0; number < containers; ++number)
    everyone += name_of(number) + "\n";

  const long before = available_memory();
  const auto starts = start_all();
  const long taken = before - available_memory();
  detached({"--name", "asks", "--network", "crowd", "busybox", "sleep", "10000"});

  // The last servers may not listen yet.
  std::string answers;
  double questions = 0;
  EXPECT_TRUE(e2e::eventually([&] {
    questions = milliseconds([&] { answers = asked("timeout 5 wget -q -O - http://$name/"); });
    return answers == everyone;
  })) << answers;
  std::string found;
  const double lookups = milliseconds([&] { found = asked("nslookup $name > /dev/null && echo $name"); });
  EXPECT_EQ(found, everyone);
  std::vector<std::string> remove = {"rm", "-f"};
  for (int number = 0; number < containers; ++number)
    remove.push_back(name_of(number));
  const double removal = milliseconds([&] { EXPECT_EQ(mini(remove).code, 0); });
  EXPECT_EQ(asked("nslookup $name > /dev/null && echo $name"), "") << "names of those that are gone";

  const auto tenth = static_cast<std::ptrdiff_t>((starts.size() + 9) / 10);
  std::printf("%d of %d answered by name\n",
              static_cast<int>(std::count(answers.begin(), answers.end(), '\n')), containers);
  std::printf("started in %.1f s: %.0f ms each of the first tenth, %.0f of the last\n",
              std::accumulate(starts.begin(), starts.end(), 0.0) / 1000,
              median({starts.begin(), starts.begin() + tenth}), median({starts.end() - tenth, starts.end()}));
  std::printf("a lookup %.1f ms, a request %.1f ms\n", lookups / containers, questions / containers);
  std::printf("removed in %.1f s\n", removal / 1000);
  // Of a few, what the rest of the host takes and gives back says more.
  constexpr int kEnough = 100;
  if (containers >= kEnough) std::printf("memory of the host: %ld KiB a container\n", taken / containers);
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  if (argc > 1) containers = text::number<int>(argv[1]).value_or(containers);
  return RUN_ALL_TESTS();
}
