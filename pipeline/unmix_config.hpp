#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "messages/spectrum.hpp"
#include "stages/denoiser.hpp"
#include "stages/despike.hpp"
#include "stages/dictionary.hpp"

namespace phasecast {

/// rum_pnp: with the denoiser `prior`.
enum class Method { lcf, rum_tv, rum_pnp };

/// How a method with a spatial prior is solved.
enum class Formulation {
  phasecast,  ///< decisions 0004 (TV) and 0006 (plug-and-play)
  paper       ///< Algorithm 1 as it is written
};

/// Everything that shapes a map, the same for the live pipeline and for `phasecast unmix`.
struct UnmixConfig {
  std::vector<Spectrum> references;  ///< empty: frames are recorded, nothing is unmixed
  NormalizeConfig normalize;
  DespikeConfig despike;
  Method method = Method::rum_tv;
  std::string method_name = "rum-tv";  ///< as the user knows it, for the map
  Formulation formulation = Formulation::phasecast;
  Denoiser prior;                    ///< of rum_pnp
  std::optional<double> lambda;      ///< weight of (7); automatic if not given
  std::optional<double> rho;         ///< penalty of (10); automatic if not given
  std::optional<double> mask_below;  ///< scale below which there is no element; automatic if not given
  int iterations = 100;              ///< at most, for a final map; the paper's limit (section V-A)
  double tolerance = 2e-3;  ///< RMS distance of the fractions to their limit at which a final map is done
  int iterations_per_frame = 3;  ///< on newer data, before a map of them; then one by one until newer come
  int map_every = 10;            ///< energies between provisional maps
  std::optional<double> enough;  ///< uncertainty that the rest of a scan must save to be worth it; never
  bool provisional = true;       ///< solve while the scan runs; false: only its end
  bool deterministic = false;    ///< one solve per frame in lockstep: the same frames give the same bits
  std::size_t carry_bytes = std::size_t{2} << 30;  ///< memory for the last scan's frames
};

}  // namespace phasecast
