#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "stages/dictionary_checks.hpp"
#include "tools/normalized_references.hpp"
#include "tools/reference_report.hpp"

namespace phasecast {
namespace {

std::string steps_of(const Spectrum& spectrum) {
  double least = spectrum.energy_ev[1] - spectrum.energy_ev[0], most = least;
  for (std::size_t i = 2; i < spectrum.energy_ev.size(); ++i) {
    const double step = spectrum.energy_ev[i] - spectrum.energy_ev[i - 1];
    least = std::min(least, step);
    most = std::max(most, step);
  }
  return fmt::format("{:.3g} to {:.3g}", least, most);
}

std::string line_of(const Spectrum& spectrum, const std::optional<AbsorptionEdge>& edge) {
  return fmt::format("{:<20} {:>6} {:>20} {:>14} {:>9} {:>10}\n", spectrum.name, spectrum.energy_ev.size(),
                     fmt::format("{:.6g} to {:.6g}", spectrum.energy_ev.front(), spectrum.energy_ev.back()),
                     steps_of(spectrum), edge ? fmt::format("{:.2f}", edge->e0_ev) : "none",
                     edge ? fmt::format("{:.4g}", edge->edge_step) : "none");
}

std::string normalization_of(const NormalizeConfig& config) {
  if (config.mode == Normalization::none) return "none";
  std::string text = fmt::format("pre-edge {}, order {}, subtracted", text_of(config.pre_edge), config.order);
  if (config.mode == Normalization::edge_step)
    text += fmt::format("; divided by the edge step: post-edge {}, order {}, at {}",
                        text_of(config.post_edge), config.post_order, text_of(config.e0_ev));
  return text;
}

std::string likeness_of(const ReferenceReport& report, double relative_noise) {
  const Likeness& likeness = *report.likeness;
  const auto& names = report.dictionary->names();
  std::string text = fmt::format(
      "condition number {:.3g}; most alike: {} and {}, {:.2f} degrees\nstandard deviation of a fraction, "
      "noise {:.3g} of the edge jump, all {} energies:",
      likeness.condition, names[likeness.first], names[likeness.second], likeness.angle_degrees,
      relative_noise, report.energies_ev.size());
  for (std::size_t l = 0; l < names.size(); ++l)
    text += fmt::format("{} {} {:.3g}", l > 0 ? "," : "", names[l], likeness.deviation[l]);
  return text + "\n";
}

}  // namespace

std::string text_of(const ReferenceReport& report, const ReportRequest& request) {
  std::string text = fmt::format("{:<20} {:>6} {:>20} {:>14} {:>9} {:>10}\n", "reference", "points",
                                 "range (eV)", "steps (eV)", "e0 (eV)", "edge step");
  for (std::size_t l = 0; l < report.references.size(); ++l)
    text += line_of(report.references[l].spectrum, report.edges[l]);
  text += "\nnormalization: " + normalization_of(report.normalize) + "\n";
  if (report.likeness) text += likeness_of(report, request.relative_noise);
  for (const ReadReference& reference : report.references)
    for (const std::string& assumption : reference.assumptions) text += "assumed: " + assumption + "\n";
  for (const std::string& note : report.notes) text += "note: " + note + "\n";
  for (const std::string& warning : report.warnings) text += "warning: " + warning + "\n";
  for (const std::string& problem : report.problems) text += "problem: " + problem + "\n";
  return text;
}

std::string csv_of(const ReferenceReport& report) {
  std::string text = "# normalization: " + normalization_of(report.normalize) + "\nenergy_eV";
  const auto spectra = normalized_references(*report.dictionary, report.energies_ev);
  for (const Spectrum& spectrum : spectra) text += "," + spectrum.name;
  for (std::size_t t = 0; t < report.energies_ev.size(); ++t) {
    text += fmt::format("\n{:.4f}", report.energies_ev[t]);
    for (const Spectrum& spectrum : spectra) text += fmt::format(",{:.8g}", spectrum.mu[t]);
  }
  return text + "\n";
}

Chart chart_of(const ReferenceReport& report) {
  Chart chart{"References as they are unmixed with", {"energy (eV)"}, {"absorbance, normalized"}, {}};
  for (Spectrum& spectrum : normalized_references(*report.dictionary, report.energies_ev))
    chart.series.push_back({spectrum.name, std::move(spectrum.energy_ev), std::move(spectrum.mu)});
  return chart;
}

}  // namespace phasecast
