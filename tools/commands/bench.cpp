#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tools/bench/bench.hpp"
#include "tools/bench/table.hpp"
#include "tools/commands.hpp"
#include "tools/machine.hpp"

namespace phasecast {
namespace {

struct BenchOptions {
  BenchSettings settings;
  std::vector<std::string> only;
  std::string json_file, csv_file;
};

void write(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

BenchTable measure(const BenchOptions& options) {
  BenchTable table;
  table.machine = fmt::format("phasecast {}, {}, {} cores, {} threads{}", PHASECAST_VERSION, cpu_model(),
                              std::thread::hardware_concurrency(), options.settings.threads,
                              options.settings.quick ? "; quick: small images, no figures to quote" : "");
  fmt::print("{}\nratio: how many times better than the reference\n\n{}", table.machine, header_text());
  for (const BenchGroup& group : bench_groups()) {
    const auto& only = options.only;
    if (!only.empty() && std::find(only.begin(), only.end(), group.name) == only.end()) continue;
    fmt::print("-- {}: {}\n", group.name, group.statistic);
    std::fflush(stdout);
    for (const BenchRow& row : group.run(options.settings)) {
      fmt::print("{}", text_of(row));
      table.lines.push_back({group.name, group.statistic, row});
    }
    std::fflush(stdout);
  }
  return table;
}

}  // namespace

void add_bench(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("bench", "What this machine reaches: one table, each figure beside a reference");
  auto options = std::make_shared<BenchOptions>();
  std::vector<std::string> groups;
  for (const BenchGroup& group : bench_groups()) groups.push_back(group.name);
  command->add_flag("--quick", options->settings.quick,
                    "Small images: shows that it works, no figures to quote");
  command->add_option("--only", options->only, "Only these groups of rows")
      ->check(CLI::IsMember(groups))
      ->type_name("GROUP...");
  command->add_option("--threads", options->settings.threads, "Threads of the rows that use several")
      ->check(CLI::Range(2, 256))
      ->capture_default_str();
  command->add_option("--json", options->json_file, "Write the table to this file as well")
      ->type_name("FILE");
  command->add_option("--csv", options->csv_file, "Write the table to this file as well")->type_name("FILE");
  command->callback([options, &exit_status] {
    const BenchTable table = measure(*options);
    write(options->json_file, json(table));
    write(options->csv_file, csv(table));
    exit_status = 0;
  });
}

}  // namespace phasecast
