// bench: what isolation costs on this machine.
//
// Exit status: 0 done, 1 it could not be done, 130 interrupted; CLI11's own for arguments that make no sense.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "bench/cli/boots.h"
#include "bench/cli/compare.h"
#include "bench/cli/seam.h"
#include "bench/platforms/private_view.h"
#include "bench/platforms/timed_run.h"
#include "bench/report/print.h"

namespace {

// The command as a person would type it again.
std::string typed(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  words.front() = "bench";
  return fmt::format("{}", fmt::join(words, " "));
}

void add_compare(CLI::App& app, bench::CompareOptions& options) {
  CLI::App* command =
      app.add_subcommand("compare", "process, container and VM: the course's Table A, measured");
  command->add_flag("--quick", options.quick, "fewer repetitions: two minutes instead of four");
  command->add_option("--out", options.out, "folder for results.json, report.md, report.html")
      ->capture_default_str();
  command->add_option("--format", options.format, "what to print: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "of the bootstrap intervals")->capture_default_str();
  command->add_option("--platforms", options.platforms, "only these, by name, with commas")->delimiter(',');
}

void add_engines(CLI::App& app, bench::EnginesOptions& options) {
  const std::vector<std::string> parts = {"starts", "verbs", "throughput", "crowd", "life", "list", "images"};
  CLI::App* command =
      app.add_subcommand("engines", "starts through engines, and through runtimes on one bundle");
  command->add_option("--repetitions", options.repetitions, "of each, at each pace")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_flag("--quick", options.quick, "crowds of 10 containers, images of 10 MB");
  command
      ->add_option("--parts", options.parts,
                   fmt::format("only these of {}, with commas", fmt::join(parts, ", ")))
      ->delimiter(',')
      ->check(CLI::IsMember(parts));
  command->add_option("--out", options.out, "folder for results.json and README.md")->capture_default_str();
  command->add_option("--seed", options.seed, "of the bootstrap intervals")->capture_default_str();
  command->add_option("--platforms", options.platforms, "only these, by name, with commas")->delimiter(',');
}

void add_boots(CLI::App& app, bench::BootsOptions& options) {
  CLI::App* command =
      app.add_subcommand("boots", "a virtual machine to READY: QEMU alone, vm-launcher cold and warm");
  command->add_option("--repetitions", options.repetitions, "of each")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--profile", options.profile, "of vm-launcher")
      ->check(CLI::IsMember({"tiny", "devices", "compat"}))
      ->capture_default_str();
  command->add_option("--accel", options.accelerator, "kvm or tcg")
      ->check(CLI::IsMember({"kvm", "tcg"}))
      ->capture_default_str();
  command->add_option("--out", options.out, "folder for results.json and README.md")->capture_default_str();
  command->add_option("--seed", options.seed, "of the bootstrap intervals")->capture_default_str();
}

int run(int argc, char** argv) {
  CLI::App app("What isolation costs on this machine.", "bench");
  app.require_subcommand(1);
  bench::CompareOptions compare;
  bench::EnginesOptions engines;
  std::string results_file;
  std::string out = ".";
  add_compare(app, compare);
  add_engines(app, engines);
  bench::BootsOptions boots;
  add_boots(app, boots);
  app.add_subcommand("seam", "what the tracing seam costs while nobody listens");
  CLI::App* print = app.add_subcommand("report", "print report.md and report.html again from a results.json");
  print->add_option("FILE", results_file, "results.json")->required();
  print->add_option("--out", out, "folder for the report")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  compare.command = engines.command = boots.command = typed(argc, argv);
  bench::watch_for_interruption();
  if (app.got_subcommand("compare")) return bench::compare(compare);
  if (app.got_subcommand("engines")) return bench::compare_engines(engines);
  if (app.got_subcommand("boots")) return bench::compare_boots(boots);
  if (app.got_subcommand("report")) return report::print_again(results_file, out);
  return bench::measure_seam();
}

}  // namespace

int main(int argc, char** argv) {
  return bench::exit_status_of([&] { return run(argc, argv); });
}
