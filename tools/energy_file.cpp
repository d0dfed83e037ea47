#include "tools/energy_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

#include "messages/units.hpp"

namespace phasecast {

Result<std::vector<double>> read_energies(const std::filesystem::path& path,
                                          std::vector<std::string>& assumptions) {
  std::ifstream file(path);
  if (!file) return Error{"file", path.string(), "", "", "a readable text file of energies"};
  std::vector<double> energies;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const std::string content = line.substr(0, line.find('#'));
    const std::size_t begin = content.find_first_not_of(" \t\r");
    if (begin == std::string::npos) continue;
    double energy = 0;
    const char* end = content.data() + content.size();
    const auto [stop, error] = std::from_chars(content.data() + begin, end, energy);
    const bool separated = stop == end || std::string_view(" \t\r,;").find(*stop) != std::string_view::npos;
    if (error != std::errc{} || !separated || !std::isfinite(energy) || energy <= 0)
      return Error{"energy", path.string(), "line " + std::to_string(number), content, "an energy above 0"};
    energies.push_back(energy);
  }
  if (energies.empty()) return Error{"energy", path.string(), "", "", "at least one energy"};
  if (*std::max_element(energies.begin(), energies.end()) < 70) {
    for (double& e : energies) e *= ev_per_kev;
    assumptions.push_back(path.string() + ": no energy above 70: taken as keV");
  }
  return energies;
}

}  // namespace phasecast
