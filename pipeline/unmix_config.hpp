#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "messages/spectrum.hpp"
#include "pipeline/unmix_memory.hpp"
#include "stages/denoiser.hpp"
#include "stages/despike.hpp"
#include "stages/dictionary.hpp"
#include "stages/register.hpp"

namespace phasecast {

/// rum_pnp: with the denoiser `prior`.
enum class Method { lcf, rum_tv, rum_pnp };

/// How a method with a spatial prior is solved.
enum class Formulation {
  phasecast,  ///< decisions 0004 (TV) and 0006 (plug-and-play)
  paper       ///< Algorithm 1 as it is written
};

/// What is made of the references' energies (stages/reference_check.hpp).
enum class ReferenceShift {
  off,
  check,       ///< a shift is measured at the end of each scan, and said
  fit,         ///< the final map is made with shifted references, each with its own shift
  fit_common,  ///< all by the same
};

/// Everything that shapes a map, the same for the live pipeline and for `phasecast unmix`.
struct UnmixConfig {
  std::vector<Spectrum> references;  ///< empty: frames are recorded, nothing is unmixed
  NormalizeConfig normalize;
  DespikeConfig despike;
  RegisterConfig registration;
  Method method = Method::rum_tv;
  std::string method_name = "rum-tv";  ///< as the user knows it, for the map
  Formulation formulation = Formulation::phasecast;
  Denoiser prior;  ///< of rum_pnp
  ReferenceShift reference_shift = ReferenceShift::check;
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
  std::size_t memory_bytes = half_of_memory();     ///< a scan that takes more is recorded only
};

}  // namespace phasecast
