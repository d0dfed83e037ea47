#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <limits>

#include "pipeline/budget.hpp"
#include "pipeline/energy_subset.hpp"
#include "pipeline/files/map_file.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "pipeline/graph.hpp"
#include "tools/commands.hpp"
#include "tools/options.hpp"
#include "tools/progress.hpp"
#include "tools/reference_findings.hpp"
#include "tools/stack_options.hpp"

namespace phasecast {
namespace {

struct OfflineOptions {
  UnmixOptions unmix;
  StackOptions stack;
  std::vector<std::string> files;
  std::string output, config_file, within, reference_report;
  std::size_t carry_mib = 2048;
};

constexpr std::size_t frames_in_memory = std::size_t{1} << 29;

/// Puts a whole scan through the graph, as admission would have without any fault of the wire.
void feed(Graph& graph, ScanSource& source, EnergyWindow window, Budget& budget) {
  Progress progress("unmix scan " + std::to_string(source.start().scan_index), source.frame_count());
  const EnergySubset subset(source.start(), window);
  const auto scan = std::make_shared<const ScanStart>(subset.start());
  graph.put(ScanOpened{scan});
  ScanClosed closed{scan, source.end(), false, 0, 0, 0};
  for (std::uint64_t k = 0; k < source.frame_count(); ++k) {
    budget.wait_for_room({}, std::nullopt);
    auto frame = source.frame(k);
    if (!frame) throw std::runtime_error(frame.error().text());
    progress.advance();
    if (!subset.take(frame->header)) continue;
    Ticket ticket = budget.take(frame->pixels.bytes.size());
    graph.put(AdmittedFrame{scan, std::move(*frame), false, std::move(ticket)});
    ++closed.received;
  }
  graph.put(closed);
}

int unmix(const CLI::App& app, const OfflineOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("phasecast"));
  spdlog::set_pattern("%l: %v");
  auto config = to_config(options.unmix);
  if (!config) throw std::runtime_error(config.error().text());
  if (config->references.empty())
    throw std::runtime_error("unmix needs --references, one per chemical state");
  config->provisional = false;
  config->carry_bytes = options.carry_mib << 20;
  const auto errors = validate(*config);
  for (const Error& error : errors) std::fprintf(stderr, "phasecast unmix: %s\n", error.text().c_str());
  if (!errors.empty()) return 2;

  auto kept = window("within", options.within);
  if (!kept) throw std::runtime_error(kept.error().text());
  if (options.within.empty()) kept->high_ev = std::numeric_limits<double>::infinity();

  const auto described = describe(app);
  Ledger ledger;
  std::unique_ptr<MapFileWriter> maps;
  std::uint64_t made = 0;
  const auto write = [&](const std::shared_ptr<PhaseMap>& map) {
    map->map_number = made++;
    if (!maps) maps = std::make_unique<MapFileWriter>(options.output, map->shape, map->states, described);
    if (const auto written = maps->append(*map); !written) return ledger.error(written.error().text());
    std::printf("map scan %u energies %zu/%zu iterations %u distance %.2g noise %.3g lambda %.3g\n",
                map->scan_index, map->energies_used.size(), map->energies_ev.size(), map->iterations,
                map->map_distance, map->noise_sigma, map->lambda);
    if (map->reference_check) std::puts(reference_line(*map).c_str());
    if (!options.reference_report.empty()) write_reference_report(*map, options.reference_report);
  };
  Graph graph(*config, hash_of(described), frames_in_memory, options.unmix.threads, ledger,
              {[](Event) {}, write});
  Budget budget(frames_in_memory);
  std::vector<std::string> assumptions;
  const StackDescription stack = to_description(options.stack, assumptions);
  for (const auto& file : options.files) {
    const auto source = open_scan(file, assumptions, stack);
    for (const auto& assumption : assumptions) spdlog::warn("{}", assumption);
    assumptions.clear();
    if (!source) throw std::runtime_error(source.error().text());
    feed(graph, **source, *kept, budget);
  }
  graph.finish();
  return made == options.files.size() && ledger.snapshot().errors.empty() ? 0 : 1;
}

}  // namespace

void add_unmix(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("unmix", "Offline: scan files to a map file, through the live pipeline's stages");
  auto options = std::make_shared<OfflineOptions>();
  command->add_option("files", options->files, "Scan files of one series, in order")
      ->required()
      ->check(CLI::ExistingPath)
      ->type_name("F...");
  command->add_option("-o,--output", options->output, "Map file to write")->required()->type_name("MAPS.h5");
  command
      ->add_option("--within", options->within,
                   "Leave out the energies outside: references often cover less than the scan")
      ->type_name("LO:HI eV");
  command
      ->add_option(
          "--reference-report", options->reference_report,
          "Folder for what the references do not explain: a table and a chart of the residual, and the "
          "state that seems to be missing, as a reference")
      ->type_name("DIR");
  command
      ->add_option("--carry", options->carry_mib,
                   "Memory for a scan's frames, which --reference-shift fit goes through twice")
      ->type_name("MiB")
      ->capture_default_str();
  add_stack_options(*command, options->stack);
  add_config_file(*command, options->config_file);
  add_unmix_options(*command, options->unmix);
  command->callback([command, options, &exit_status] {
    apply_config_file(*command, options->config_file);
    exit_status = unmix(*command, *options);
  });
}

}  // namespace phasecast
