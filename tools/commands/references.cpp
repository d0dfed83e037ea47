#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <tuple>

#include "pipeline/files/references.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "tools/commands.hpp"
#include "tools/energy_file.hpp"
#include "tools/options.hpp"
#include "tools/reference_report.hpp"

namespace phasecast {
namespace {

struct ReferenceOptions {
  UnmixOptions unmix;  // normalization
  std::vector<std::string> references;
  std::string scan, energies, output, plot;
  double noise = 0.05, edge_jump = 1;
};

template <class T>
T taken(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(*result);
}

std::vector<double> scan_energies(const ReferenceOptions& options) {
  std::vector<std::string> assumptions;
  std::vector<double> energies;
  if (!options.scan.empty()) {
    energies = taken(open_scan(options.scan, assumptions))->start().energies_ev;
  } else if (!options.energies.empty()) {
    energies = taken(read_energies(options.energies, assumptions));
  }
  for (const auto& assumption : assumptions) spdlog::warn("{}", assumption);
  return energies;
}

void write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

/// A window that is not given is chosen; one that is given wrongly is not.
void require_windows(const UnmixOptions& options, const NormalizeConfig& config) {
  for (const auto& [name, text, window] : {std::tuple{"pre-edge", options.pre_edge, config.pre_edge},
                                           {"post-edge", options.post_edge, config.post_edge}})
    if (!text.empty() && !(window.high_ev > window.low_ev))
      throw std::runtime_error(
          Error{"config", "command line", name, text, "LOW:HIGH in eV, LOW < HIGH"}.text());
}

int references(const ReferenceOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("phasecast"));
  spdlog::set_pattern("%l: %v");
  std::vector<ReadReference> read;
  for (const std::string& argument : options.references) {
    ReadReference reference;
    reference.spectrum = taken(read_reference(argument, reference.assumptions));
    read.push_back(std::move(reference));
  }
  const ReportRequest request{taken(to_config(options.unmix)).normalize, scan_energies(options),
                              options.noise / options.edge_jump};
  require_windows(options.unmix, request.normalize);
  const ReferenceReport report = report_on(std::move(read), request);
  std::fputs(text_of(report, request).c_str(), stdout);
  if (!report.dictionary && !(options.output.empty() && options.plot.empty()))
    throw std::runtime_error(
        "nothing is written: references are normalized together, two or more, if they can work");
  if (!options.output.empty()) write(options.output, csv_of(report));
  if (!options.plot.empty()) write_chart(chart_of(report), options.plot);
  return report.problems.empty() ? 0 : 1;
}

}  // namespace

void add_references(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand(
      "references", "What reference spectra are, and whether they can tell the states of a scan apart");
  auto options = std::make_shared<ReferenceOptions>();
  ReferenceOptions& o = *options;
  command
      ->add_option(
          "references", o.references,
          "Reference spectra: PATH[:column=NAME][=name][@shift_eV]; text, CSV, Athena .nor and .prj, XDI")
      ->required()
      ->type_name("FILE...");
  command->add_option("--scan", o.scan, "Check them against the energies of this scan")
      ->check(CLI::ExistingFile)
      ->type_name("F.h5");
  command->add_option("--energies", o.energies, "or against these: text, one energy a line, eV or keV")
      ->check(CLI::ExistingFile)
      ->excludes("--scan")
      ->type_name("FILE");
  add_normalize_options(*command, o.unmix);
  command->add_option("--noise", o.noise, "Noise of one absorbance value, for the uncertainty of a fraction")
      ->check(CLI::PositiveNumber)
      ->type_name("ABSORBANCE")
      ->capture_default_str();
  command->add_option("--edge-jump", o.edge_jump, "Edge jump of the sample that the noise is set against")
      ->check(CLI::PositiveNumber)
      ->type_name("ABSORBANCE")
      ->capture_default_str();
  command->add_option("-o,--output", o.output, "Write them, normalized and at the scan's energies, there")
      ->type_name("F.csv");
  command->add_option("--plot", o.plot, "and as a chart there")->type_name("F.png");
  command->callback([options, &exit_status] { exit_status = references(*options); });
}

}  // namespace phasecast
