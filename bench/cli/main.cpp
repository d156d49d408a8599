// bench: what isolation costs on this machine.
//
// Exit status: 0 done, 1 it could not be done, 3 a comparison of two files found something worse, 130 interrupted;
// CLI11's own for arguments that make no sense.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "bench/cli/boots.h"
#include "bench/cli/compare.h"
#include "bench/cli/parts.h"
#include "bench/cli/seam.h"
#include "bench/cli/trust.h"
#include "bench/platforms/private_view.h"
#include "bench/platforms/timed_run.h"
#include "bench/report/print.h"
#include "bench/report/verify.h"

namespace {

// The command as a person would type it again.
std::string typed(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  words.front() = "bench";
  return fmt::format("{}", fmt::join(words, " "));
}

// What the verbs take that look at results instead of measuring.
struct Looks {
  std::vector<std::string> both;   // of compare
  std::vector<std::string> files;  // of verify
  std::string file;                // of report
  std::string out = ".";
  double rate = 0.05;
  int runs = 1000;
  std::uint64_t seed = 1;
};

// What compare and suite have in common.
void add_measuring(CLI::App* command, bench::CompareOptions& options) {
  command->add_option("--out", options.out, "folder for results.json, report.md, report.html, samples.csv")
      ->capture_default_str();
  command->add_option("--format", options.format, "what to print: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "of the order of measurements, and of the intervals")
      ->capture_default_str();
  command->add_option("--platforms", options.platforms, "only these, by name, with commas")->delimiter(',');
}

void add_suite(CLI::App& app, bench::CompareOptions& options) {
  const auto parts = bench::names_of(bench::parts_of_suite());
  CLI::App* command =
      app.add_subcommand("suite", "all that can be measured, part by part, on every platform");
  CLI::Option* quick = command->add_flag("--quick", options.quick, "fewer repetitions: five minutes");
  command->add_flag("--full", options.full, "twice the repetitions")->excludes(quick);
  command
      ->add_option("--only", options.only, fmt::format("parts, of {}, with commas", fmt::join(parts, ", ")))
      ->delimiter(',')
      ->check(CLI::IsMember(parts));
  command->add_flag("--resume", options.resume, "go on with the results.json in --out");
  add_measuring(command, options);
  command->footer(
      "Examples:\n"
      "  bench suite --quick --only start,sharing --platforms process,process-in-cgroup,mini-container\n"
      "  bench suite --out results/latest            Ctrl-C keeps what is done, and then:\n"
      "  bench suite --out results/latest --resume\n\n"
      "Behind it: each part's repetitions of all platforms run in one random order, which --seed gives "
      "again;\n"
      "results.json is written after each part.");
}

void add_compare(CLI::App& app, bench::CompareOptions& options, Looks& looks) {
  CLI::App* command = app.add_subcommand(
      "compare", "process, container and VM, measured; or two results files: what got better or worse");
  command->footer(
      "Examples:\n"
      "  bench compare --quick                       the course's tables on this host, in two minutes\n"
      "  bench compare old/results.json new/results.json\n"
      "                                              exit status 3 if anything got worse\n\n"
      "Behind it: of two files, a permutation test for each quantity that both have, with Holm's correction: "
      "--rate\n"
      "is the chance that anything at all is called a change although nothing has changed.");
  CLI::Option* both =
      command->add_option("FILES", looks.both, "results.json before, results.json after: nothing is measured")
          ->expected(2);
  command->add_option("--rate", looks.rate, "of false alarms, of two files")
      ->check(CLI::Range(0.0001, 0.5))
      ->needs(both)
      ->capture_default_str();
  command->add_flag("--quick", options.quick, "fewer repetitions: two minutes instead of four");
  add_measuring(command, options);
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
  command->add_option("--seed", options.seed, "of the order of measurements, and of the intervals")
      ->capture_default_str();
  command->add_option("--platforms", options.platforms, "only these, by name, with commas")->delimiter(',');
}

void add_looks(CLI::App& app, Looks& looks) {
  CLI::App* verify = app.add_subcommand(
      "verify", "does all that a results.json says, and report.md, follow from its samples?");
  verify->add_option("FILES", looks.files, "results.json")->required();
  verify->footer(
      "Example:\n  bench verify results/latest/results.json\n\n"
      "Behind it: summaries and cells of tables are computed again and compared with what the file says.");
  CLI::App* print = app.add_subcommand("report", "print report.md and report.html again from a results.json");
  print->add_option("FILE", looks.file, "results.json")->required();
  print->add_option("--out", looks.out, "folder for the report")->capture_default_str();
  app.add_subcommand("preflight", "what is wrong with this host for measuring");
  CLI::App* test =
      app.add_subcommand("self-test", "the statistics on synthetic platforms whose truth is known");
  test->add_option("--runs", looks.runs, "simulated, of each check")
      ->check(CLI::Range(100, 1000000))
      ->capture_default_str();
  test->add_option("--seed", looks.seed, "of the simulation")->capture_default_str();
}

int look(const CLI::App& app, const Looks& looks) {
  if (app.got_subcommand("report")) return report::print_again(looks.file, looks.out);
  if (app.got_subcommand("verify")) return report::verify(looks.files);
  if (app.got_subcommand("preflight")) return bench::print_preflight();
  if (app.got_subcommand("self-test")) return bench::print_self_test(looks.runs, looks.seed);
  return bench::compare_files(looks.both.front(), looks.both.back(), looks.rate);
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
  command->add_option("--seed", options.seed, "of the order of measurements, and of the intervals")
      ->capture_default_str();
}

int run(int argc, char** argv) {
  CLI::App app("What isolation costs on this machine.", "bench");
  app.require_subcommand(1);
  bench::CompareOptions compare;
  bench::CompareOptions suite;
  suite.budget = std::chrono::hours(1);
  bench::EnginesOptions engines;
  Looks looks;
  add_compare(app, compare, looks);
  add_suite(app, suite);
  add_engines(app, engines);
  bench::BootsOptions boots;
  add_boots(app, boots);
  app.add_subcommand("seam", "what the tracing seam costs while nobody listens");
  add_looks(app, looks);
  CLI11_PARSE(app, argc, argv);
  if (compare.quick) compare.budget = std::chrono::seconds(125);
  if (suite.quick) suite.budget = std::chrono::seconds(60);
  compare.command = suite.command = engines.command = boots.command = typed(argc, argv);
  bench::watch_for_interruption();
  if (app.got_subcommand("compare") && looks.both.empty()) return bench::compare(compare);
  if (app.got_subcommand("suite")) return bench::run_suite(suite);
  if (app.got_subcommand("engines")) return bench::compare_engines(engines);
  if (app.got_subcommand("boots")) return bench::compare_boots(boots);
  if (app.got_subcommand("seam")) return bench::measure_seam();
  return look(app, looks);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::exit_status_of([&] { return run(argc, argv); });
}
