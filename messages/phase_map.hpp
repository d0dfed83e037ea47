#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messages/advice.hpp"
#include "messages/drift.hpp"
#include "messages/image.hpp"
#include "messages/reference_check.hpp"
#include "messages/scan.hpp"

namespace phasecast {

/// Why a pixel has no fraction. Anything but `valid` is NaN in fraction and uncertainty.
enum class PixelMask : std::uint8_t {
  valid = 0,
  no_element = 1,  ///< the scale is below the threshold: nothing of the element here
  bad_pixel = 2,   ///< the detector gave no usable value at some energy and no neighbor could replace it
};

/// Where each chemical state is, with the trust it deserves (design: section "Trust").
struct PhaseMap {
  std::string series_id;
  std::string scan_id;
  std::uint32_t scan_index = 0;
  std::uint64_t map_number = 0;                   ///< counts all maps of one pipeline run, from 0
  std::uint64_t last_sequence = 0;                ///< newest frame that contributed
  bool final = false;                             ///< false: provisional, the scan goes on
  ScanStatus scan_status = ScanStatus::complete;  ///< meaningful when final

  std::vector<double> energies_ev;              ///< planned
  std::vector<std::uint32_t> energies_used;     ///< indices of this scan's energies in the map
  std::vector<std::uint32_t> energies_carried;  ///< indices whose data still come from the previous scan
  std::vector<Drift> drift;                     ///< of this scan's images, in the order in which they were
                                                ///< aligned; not on the wire, which has it in the status

  std::string method;  ///< "rum-tv" or "lcf"
  std::uint32_t iterations = 0;
  double relative_error = 0;  ///< the paper's RE (section V-B) per pixel at the last iteration
  double map_change = 0;      ///< RMS change of the fractions in the last iteration, inside the mask
  double map_distance = 0;    ///< estimated RMS distance of the fractions to their limit, inside the mask
  bool converged = false;     ///< map_distance is below the configured tolerance
  double noise_sigma = 0;     ///< estimated noise of one absorbance value
  double lambda = 0;          ///< regularization weight used, eq. (7)
  double rho = 0;             ///< penalty used, eq. (10)
  std::string config_hash;    ///< same hash, same configuration

  std::optional<Advice> advice;                   ///< what more energies would bring
  std::optional<ReferenceCheck> reference_check;  ///< whether the references fit the data

  std::int64_t received_utc_ns = 0;   ///< arrival of the newest contributing frame
  std::int64_t published_utc_ns = 0;  ///< hand-over to the publisher

  Shape shape;
  double pixel_size_um = 0;
  std::vector<std::string> states;
  std::vector<float> fraction;     ///< [L, Y, X]; in [0, 1], sums to one; NaN where masked
  std::vector<float> scale;        ///< [Y, X]; s of eq. (4): the edge jump (pre_edge), about 1 (edge_step)
  std::vector<float> residual;     ///< [Y, X]; RMS of the absorbance the model does not explain
  std::vector<float> uncertainty;  ///< [L, Y, X]; one standard deviation of each fraction, from noise alone,
                                   ///< without the prior's help (an upper bound for RUM)
  std::vector<std::uint8_t> mask;  ///< [Y, X]; PixelMask
};

}  // namespace phasecast
