#include "tools/inspect/next_commands.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "pipeline/files/references.hpp"

namespace phasecast {
namespace {

/// Outward to a tenth of an eV, so that the energies themselves are within.
std::string pre_edge(const EdgeGuess& edge) {
  if (edge.pre_energies == 0) return "--normalize none";
  const double low = std::floor(edge.pre_low_ev * 10) / 10, high = std::ceil(edge.pre_high_ev * 10) / 10;
  // A line needs a long pre-edge; from a few eV it multiplies the noise.
  const bool line = edge.pre_energies >= 8 && edge.pre_high_ev - edge.pre_low_ev >= 50;
  return fmt::format("--pre-edge {:.10g}:{:.10g}{}", low, high, line ? " --order 1" : "");
}

/// The references of this edge, and the energies that all of them cover.
struct Fitting {
  std::vector<std::string> references;
  double low_ev, high_ev;
};

Fitting fitting(const ScanStart& start, const std::vector<std::string>& references) {
  const auto [first, last] = std::minmax_element(start.energies_ev.begin(), start.energies_ev.end());
  Fitting found{{}, *first, *last};
  for (const std::string& reference : references) {
    std::vector<std::string> said_before;
    const auto spectrum = read_reference(reference, said_before);
    if (!spectrum) continue;
    const double low = spectrum->energy_ev.front(), high = spectrum->energy_ev.back();
    const auto covered = std::count_if(start.energies_ev.begin(), start.energies_ev.end(),
                                       [&](double ev) { return ev >= low && ev <= high; });
    if (2 * static_cast<std::size_t>(covered) < start.energies_ev.size()) continue;  // of another edge
    found.references.push_back(reference);
    found.low_ev = std::max(found.low_ev, low);
    found.high_ev = std::min(found.high_ev, high);
  }
  return found;
}

std::string within(const ScanStart& start, const Fitting& fit) {
  const auto [first, last] = std::minmax_element(start.energies_ev.begin(), start.energies_ev.end());
  if (fit.low_ev <= *first && fit.high_ev >= *last) return "";
  return fmt::format(" --within {:.10g}:{:.10g}", std::ceil(fit.low_ev * 10) / 10,
                     std::floor(fit.high_ev * 10) / 10);
}

}  // namespace

std::vector<std::string> next_commands(const std::string& path, const ScanStart& start, const EdgeGuess& edge,
                                       const Companions& companions) {
  const std::string energies =
      companions.energies.empty() ? "" : fmt::format(" --energies {}", quoted(companions.energies));
  const std::string data = companions.asked_signal ? fmt::format(" --data {}", name_of(start.signal)) : "";
  const std::string file = quoted(path) + energies + data;
  constexpr std::size_t fewest = 5;
  if (start.energies_ev.size() < fewest)
    return {fmt::format("phasecast replay {} --to tcp://127.0.0.1:5555", file)};
  const std::string normalize = pre_edge(edge);
  const Fitting fit = fitting(start, companions.references);
  if (fit.references.empty())
    return {fmt::format("phasecast endmembers {} -n 2 {} -o found", file, normalize),
            fmt::format("phasecast unmix {} --references found/state1.txt found/state2.txt {} -o maps.h5",
                        file, normalize)};
  std::string references;
  for (const std::string& reference : fit.references) references += fmt::format(" {}", quoted(reference));
  return {fmt::format("phasecast unmix {} --references{}{} {} -o maps.h5", file, references,
                      within(start, fit), normalize)};
}

}  // namespace phasecast
