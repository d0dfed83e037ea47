#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phasecast {

/// The pixels of columns x to x + width - 1 and rows y to y + height - 1.
struct Region {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  std::uint32_t width = 1;
  std::uint32_t height = 1;

  bool operator==(const Region&) const = default;
};

/// What a map makes of a region's mean spectrum.
struct RegionFit {
  std::uint64_t map_number = 0;
  std::vector<std::string> states;
  std::vector<double> fraction;     ///< [L]; mean over the pixels, weighted by their scale
  std::vector<double> uncertainty;  ///< [L]; one standard deviation of that mean, from noise alone
  double scale = 0;                 ///< amplitude of A · fraction in the fit, by least squares
  std::vector<double> background;   ///< [E]; the pre-edge polynomial of the mean spectrum, absorbance
  std::vector<double> fit;          ///< [E]; background + scale · A · fraction, absorbance
};

/// Mean spectrum of a region's usable pixels: those the map has a value for, finite at every energy.
struct RegionSpectrum {
  std::string scan_id;  ///< the newest scan
  Region region;
  std::uint32_t pixels = 0;
  std::vector<std::uint32_t> energy_indices;    ///< [E]; energies that have a frame, increasing
  std::vector<double> energies_ev;              ///< [E]; as measured
  std::vector<double> absorbance;               ///< [E]
  std::vector<std::uint32_t> energies_carried;  ///< those of the indices that come from the previous scan
  std::optional<RegionFit> of_map;              ///< none: no map of this scan yet
};

/// The reference spectra A as the newest scan is unmixed with them.
struct References {
  std::string scan_id;
  std::vector<std::string> states;
  std::vector<double> energies_ev;  ///< [T], planned
  std::vector<double> absorbance;   ///< [L, T], normalized
};

}  // namespace phasecast
