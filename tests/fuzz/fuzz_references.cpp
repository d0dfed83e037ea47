#include <algorithm>
#include <cmath>

#include "pipeline/files/references.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/require.hpp"

using namespace phasecast;

/// The first line is what stands behind the path, such as ":column=mu=NiO@0.5"; the rest is the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  const auto* line_end = std::find(data, data + size, '\n');
  if (line_end == data + size || line_end - data > 200) return 0;
  file.hold({line_end + 1, data + size});

  std::vector<std::string> assumptions;
  const auto spectrum = read_reference(file.path() + std::string(data, line_end), assumptions);
  if (!spectrum) {
    fuzz::require(spectrum.error().where.find(file.path()) == 0, "an error names the file");
    return 0;
  }
  const auto& [name, energy, mu] = *spectrum;
  fuzz::require(energy.size() == mu.size() && energy.size() >= 2, "as many energies as values");
  const auto finite = [](double value) { return std::isfinite(value); };
  fuzz::require(std::all_of(mu.begin(), mu.end(), finite), "finite values");
  fuzz::require(std::all_of(energy.begin(), energy.end(), finite), "finite energies");
  fuzz::require(std::adjacent_find(energy.begin(), energy.end(), std::greater_equal<>()) == energy.end(),
                "increasing energies");
  return 0;
}
