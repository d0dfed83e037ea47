#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "messages/spectrum.hpp"
#include "stages/despike.hpp"
#include "stages/dictionary.hpp"

namespace phasecast {

enum class Method { lcf, rum_tv };

/// Everything that shapes a map, the same for the live pipeline and for `phasecast unmix`.
struct UnmixConfig {
  std::vector<Spectrum> references;  ///< empty: frames are recorded, nothing is unmixed
  NormalizeConfig normalize;
  DespikeConfig despike;
  Method method = Method::rum_tv;
  std::optional<double> lambda;      ///< weight of (7); automatic if not given
  std::optional<double> rho;         ///< penalty of (10); lambda / 0.1 if not given
  std::optional<double> mask_below;  ///< scale below which there is no element; automatic if not given
  int iterations = 100;              ///< at most, for a final map; the paper's limit (section V-A)
  double tolerance = 1e-3;  ///< RMS distance of the fractions to their limit at which a final map is done
  int iterations_per_frame = 3;  ///< between two looks at newer data
  int map_every = 10;            ///< energies between provisional maps
  bool provisional = true;       ///< solve while the scan runs; false: only its end
  bool deterministic = false;    ///< one solve per frame in lockstep: the same frames give the same bits
  std::size_t carry_bytes = std::size_t{2} << 30;  ///< memory for the last scan's frames
};

}  // namespace phasecast
