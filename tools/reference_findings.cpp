#include "tools/reference_findings.hpp"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <fstream>
#include <stdexcept>

#include "tools/picture/chart.hpp"

namespace phasecast {

void write_reference(const std::filesystem::path& path, std::span<const double> energies_ev,
                     std::span<const double> mu, const std::string& origin) {
  std::ofstream file(path);
  file << "# " << origin << "\n# energy_eV mu\n";
  for (std::size_t t = 0; t < energies_ev.size(); ++t)
    file << fmt::format("{:.4f} {:.6g}\n", energies_ev[t], mu[t]);
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string reference_line(const PhaseMap& map) {
  if (!map.reference_check) return {};
  const ReferenceCheck& check = *map.reference_check;
  std::string line = fmt::format("references scan {}", map.scan_index);
  for (std::size_t l = 0; l < map.states.size(); ++l)
    line += std::isnan(check.shift_ev[l]) ? fmt::format(" {} shift unknown", map.states[l])
                                          : fmt::format(" {} shift {:+.3f} +- {:.3f} eV", map.states[l],
                                                        check.shift_ev[l], check.shift_uncertainty_ev[l]);
  return line + fmt::format("{} residual {:.3g} x noise{}", check.shift_applied ? " (applied)" : "",
                            check.residual_structure, check.structured ? ", structured" : "");
}

void write_reference_report(const PhaseMap& map, const std::filesystem::path& folder) {
  if (!map.reference_check || map.reference_check->residual.empty()) return;
  const ReferenceCheck& check = *map.reference_check;
  std::filesystem::create_directories(folder);
  const std::string scan = fmt::format("scan{:03}", map.scan_index);
  const auto csv = folder / (scan + "_residual.csv");
  std::ofstream file(csv);
  file << "energy_eV,residual_absorbance\n";
  for (std::size_t e = 0; e < check.residual.size(); ++e)
    file << fmt::format("{:.4f},{:.6g}\n", check.residual_ev[e], check.residual[e]);
  if (!file.flush()) throw std::runtime_error("cannot write " + csv.string());
  write_chart({"Not explained by the references, scan " + std::to_string(map.scan_index),
               {"energy (eV)"},
               {"mean residual (absorbance)"},
               {{"", check.residual_ev, check.residual}}},
              folder / (scan + "_residual.png"));
  if (!check.suggested.empty())
    write_reference(folder / (scan + "_suggested.txt"), check.residual_ev, check.suggested,
                    "state that seems to be missing in scan " + map.scan_id + ", found by phasecast");
}

}  // namespace phasecast
