#include "pipeline/files/map_columns.hpp"

namespace phasecast::maps {

std::vector<ImageColumn> images(Shape shape, std::size_t states) {
  const auto height = static_cast<hsize_t>(shape.height);
  const auto width = static_cast<hsize_t>(shape.width);
  const hdf5::Dims image = {height, width};
  const hdf5::Dims stack = {states, height, width};
  const std::size_t pixels = shape.pixels();
  return {{"fraction", H5T_NATIVE_FLOAT, stack, states * pixels, &PhaseMap::fraction, nullptr},
          {"uncertainty", H5T_NATIVE_FLOAT, stack, states * pixels, &PhaseMap::uncertainty, nullptr},
          {"scale", H5T_NATIVE_FLOAT, image, pixels, &PhaseMap::scale, nullptr},
          {"residual", H5T_NATIVE_FLOAT, image, pixels, &PhaseMap::residual, nullptr},
          {"mask", H5T_NATIVE_UINT8, image, pixels, nullptr, &PhaseMap::mask}};
}

using Map = PhaseMap;

const std::array<Column<double>, 6> reals = {{
    {"pixel_size_um", "um", [](const Map& m) { return m.pixel_size_um; },
     [](Map& m, double v) { m.pixel_size_um = v; }},
    {"noise_sigma", "", [](const Map& m) { return m.noise_sigma; },
     [](Map& m, double v) { m.noise_sigma = v; }},
    {"lambda", "", [](const Map& m) { return m.lambda; }, [](Map& m, double v) { m.lambda = v; }},
    {"rho", "", [](const Map& m) { return m.rho; }, [](Map& m, double v) { m.rho = v; }},
    {"relative_error", "", [](const Map& m) { return m.relative_error; },
     [](Map& m, double v) { m.relative_error = v; }},
    {"map_distance", "", [](const Map& m) { return m.map_distance; },
     [](Map& m, double v) { m.map_distance = v; }},
}};

// energies_used and energies_missing are for people; the reader takes the energies from energy_use.
const std::array<Column<std::uint32_t>, 5> counts = {{
    {"energies_used", "", [](const Map& m) { return static_cast<std::uint32_t>(m.energies_used.size()); },
     [](Map&, std::uint32_t) {}},
    {"energies_missing", "",
     [](const Map& m) { return static_cast<std::uint32_t>(m.energies_ev.size() - m.energies_used.size()); },
     [](Map&, std::uint32_t) {}},
    {"iterations", "", [](const Map& m) { return m.iterations; },
     [](Map& m, std::uint32_t v) { m.iterations = v; }},
    {"converged", "", [](const Map& m) { return std::uint32_t{m.converged}; },
     [](Map& m, std::uint32_t v) { m.converged = v != 0; }},
    {"aborted", "", [](const Map& m) { return std::uint32_t{m.scan_status == ScanStatus::aborted}; },
     [](Map& m, std::uint32_t v) { m.scan_status = v != 0 ? ScanStatus::aborted : ScanStatus::complete; }},
}};

}  // namespace phasecast::maps
